/** What the processes of a cluster say of themselves, in one place: their devices, their lines. */
import { hsmAnswerSchema } from '@pinfold/institution';
import { type Route, route } from '@pinfold/platform';
import { z } from 'zod';
import { linesAnswerSchema } from '../../../switch/src/index.js';
import type { ServiceProcess } from './child-process.js';

const LOOK_MS = 2_000;

/** A process that does not answer is named, so that it is not taken for one without devices. */
const silentSchema = z.object({ silent: z.array(z.string()) });

export function operationsRoutes(services: readonly ServiceProcess[]): Route[] {
  const withDevices = services.filter(({ spec }) => spec.name !== 'atm');
  const switches = services.filter(({ spec }) => spec.name === 'switch');
  return [
    route({
      method: 'GET',
      path: '/hsm',
      summary: 'The devices that switch and issuers work through: a pool, or their own',
      open: true,
      answer: hsmAnswerSchema.extend(silentSchema.shape),
      handle: async () => {
        const { found, silent } = await ask(withDevices, '/hsm', hsmAnswerSchema);
        return { processes: found.flatMap(({ processes }) => processes), silent };
      },
    }),
    route({
      method: 'GET',
      path: '/lines',
      summary: 'The ISO 8583 lines of the switch: connections, terminals, what happened last',
      open: true,
      answer: linesAnswerSchema.extend(silentSchema.shape),
      handle: async () => {
        const { found, silent } = await ask(switches, '/lines', linesAnswerSchema);
        return { lines: found.flatMap(({ lines }) => lines), silent };
      },
    }),
  ];
}

async function ask<T>(
  services: readonly ServiceProcess[],
  path: string,
  schema: z.ZodType<T>,
): Promise<{ found: T[]; silent: string[] }> {
  const silent: string[] = [];
  const answers = services.map(async (service) => {
    try {
      const response = await service.fetch(path, { signal: AbortSignal.timeout(LOOK_MS) });
      return [schema.parse(await response.json())];
    } catch {
      silent.push(service.spec.name);
      return [];
    }
  });
  return { found: (await Promise.all(answers)).flat(), silent };
}
