/** `GET /hsm` of a process: through which devices its institutions work, and how each of these fares. */
import { BREAKER_OF, MEMBER_STATES } from '@pinfold/hsm-client';
import { type AppContext, type Route, route } from '@pinfold/platform';
import { z } from 'zod';
import { poolOf } from './hsm-access.js';

const deviceSchema = z.object({
  device: z.string(),
  state: z.enum(MEMBER_STATES),
  breaker: z.enum(BREAKER_OF),
  inFlight: z.number(),
  served: z.number(),
  failures: z.number(),
  lastError: z.object({ code: z.string(), atMs: z.number() }).nullable(),
  nextLookAtMs: z.number().nullable(),
});

/** `pool` is null where the devices are in the process itself. */
export const hsmAnswerSchema = z.object({
  processes: z.array(z.object({ process: z.string(), pool: z.array(deviceSchema).nullable() })),
});
export type HsmAnswerDocument = z.infer<typeof hsmAnswerSchema>;

/** Open, as health and metrics are: addresses and counts, for the operator's process beside it. */
export function hsmRoute(context: AppContext, process: string): Route {
  return route({
    method: 'GET',
    path: '/hsm',
    summary: 'The devices this process works through: a pool, or its own',
    open: true,
    answer: hsmAnswerSchema,
    handle: () => {
      const pool = poolOf(context)?.status() ?? null;
      return { processes: [{ process, pool }] };
    },
  });
}
