/**
 * `GET /parked` and `POST /parked/resend`: reversals and advices that were given up, for the person who
 * looks into them.
 */
import { type ParkedStores, parkedMessages, sendAgain, systemClock } from '@pinfold/flows';
import { ProblemError, type Route, route } from '@pinfold/platform';
import { z } from 'zod';

/** Most messages of one list, and of one order to send again. */
const LIMIT = 1_000;

const messageSchema = z.object({
  at: z.enum(['terminal', 'switch']),
  rrn: z.string(),
  terminal: z.string(),
  kind: z.enum(['reversal', 'advice']),
  state: z.enum(['parked', 'refused']),
  to: z.string(),
  sent: z.number(),
});

/** Without a reference: all that are parked. Refused ones are named, for they were answered. */
const orderSchema = z.strictObject({
  rrn: z
    .string()
    .regex(/^[0-9]{12}$/, 'a reference is 12 digits')
    .optional(),
});

export function parkedRoutes(stores: ParkedStores): Route[] {
  return [
    route({
      method: 'GET',
      path: '/parked',
      summary: 'Reversals and advices that were given up, of terminals and switch',
      answer: z.object({ messages: z.array(messageSchema) }),
      handle: async () => ({ messages: await parkedMessages(stores, LIMIT) }),
    }),
    route({
      method: 'POST',
      path: '/parked/resend',
      summary: 'Sends what is parked again; one reference, or all that were not refused',
      body: orderSchema,
      answer: z.object({ resent: z.number() }),
      problems: ['not-found'],
      handle: async ({ body }) => {
        const parked = await parkedMessages(stores, LIMIT);
        const wanted = parked.filter(({ rrn, state }) =>
          body.rrn === undefined ? state === 'parked' : rrn === body.rrn,
        );
        if (body.rrn !== undefined && wanted.length === 0) {
          throw new ProblemError('not-found', 'no parked message has this reference');
        }
        return { resent: await sendAgain(stores, wanted, systemClock.now()) };
      },
    }),
  ];
}
