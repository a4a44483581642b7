/** `POST /withdrawals`: a customer at a terminal of the demo network. */
import { type AtmFleet, CURRENCY, DEMO_EXPIRY, type WithdrawalResult } from '@pinfold/flows';
import { responseOf } from '@pinfold/messages';
import { ProblemError, type Route, route } from '@pinfold/platform';
import { z } from 'zod';
import { type HopStores, hopsOf } from '../narration/hops.js';

const LARGEST_MINOR = 999_999_999_999;

const orderSchema = z.strictObject({
  pan: z.string().regex(/^\d{12,19}$/),
  pin: z.string().regex(/^\d{4,12}$/),
  amountMinor: z.number().int().min(1).max(LARGEST_MINOR),
  terminal: z
    .string()
    .regex(/^[A-Z0-9]{8}$/)
    .optional(),
});

const answerSchema = z.object({
  approved: z.boolean(),
  responseCode: z.string(),
  meaning: z.string(),
  outcome: z.string(),
  amountMinor: z.number(),
  dispensedMinor: z.number(),
  currency: z.string(),
  stan: z.string(),
  rrn: z.string(),
  terminal: z.string(),
  hops: z.array(z.object({ at: z.string(), did: z.string() })),
});

/** Why a terminal did not even ask, in words for the customer. */
const REFUSALS: Readonly<Record<NonNullable<WithdrawalResult['refusal']>, string>> = {
  TERMINAL_UNKNOWN: 'there is no such terminal',
  TERMINAL_OUT_OF_SERVICE: 'the terminal is out of service',
  TERMINAL_BUSY: 'another customer is at this terminal',
  NOTES_MISSING: 'the amount cannot be made from the notes in this terminal (10, 20 and 50 EUR)',
  JOURNAL_UNAVAILABLE: 'the terminal cannot write its journal',
  FLEET_STOPPING: 'the system is stopping',
};

/** A terminal that was reversed without an answer shows what the network calls that. */
const NO_ANSWER_CODE = '68';

export function withdrawalRoute(fleet: AtmFleet, stores: HopStores): Route {
  return route({
    method: 'POST',
    path: '/withdrawals',
    summary: 'One withdrawal at a terminal, told hop by hop',
    body: orderSchema,
    answer: answerSchema,
    problems: ['bad-request', 'conflict'],
    handle: async ({ body }) => {
      const terminal = body.terminal ?? freeTerminal(fleet);
      const result = await fleet.withdraw({
        terminal,
        pan: body.pan,
        pin: body.pin,
        expiry: DEMO_EXPIRY,
        amountMinor: BigInt(body.amountMinor),
      });
      const { rrn, stan, refusal } = result;
      if (refusal !== undefined) throw new ProblemError('conflict', REFUSALS[refusal]);
      if (rrn === null || stan === null) throw new Error('a withdrawal without a reference');
      const responseCode = result.responseCode ?? NO_ANSWER_CODE;
      return {
        approved: result.outcome === 'dispensed' || result.outcome === 'partly-dispensed',
        responseCode,
        meaning: responseOf(responseCode).name,
        outcome: result.outcome,
        amountMinor: Number(result.amountMinor),
        dispensedMinor: Number(result.dispensedMinor),
        currency: CURRENCY.alphabetic,
        stan,
        rrn,
        terminal,
        hops: await hopsOf(stores, { rrn, terminal }),
      };
    },
  });
}

function freeTerminal(fleet: AtmFleet): string {
  const free = fleet.terminals().find(({ inService, busy }) => inService && !busy);
  if (free !== undefined) return free.terminal;
  throw new ProblemError('conflict', 'no terminal is free; try again, or name one');
}
