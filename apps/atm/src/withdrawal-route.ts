/** `POST /withdrawals`: a customer at a terminal, by HTTP. The PIN goes into the terminal's PIN pad. */
import { type AtmFleet, CURRENCY, DEMO_EXPIRY, type WithdrawalResult } from '@pinfold/flows';
import { responseOf } from '@pinfold/messages';
import { ProblemError, type Route, route } from '@pinfold/platform';
import { z } from 'zod';

/** One step of a withdrawal's way, in words for people; nothing in it is secret. */
export interface Hop {
  readonly at: string;
  readonly did: string;
}

const order = z.strictObject({
  pan: z.string().regex(/^\d{12,19}$/),
  pin: z.string().regex(/^\d{4,12}$/),
  amountMinor: z.int().min(1).max(999_999_999_999),
  /** Default: any that is free. */
  terminal: z
    .string()
    .regex(/^[A-Z0-9]{8}$/)
    .optional(),
  /** YYMM; default: that of the demo cards. */
  expiry: z
    .string()
    .regex(/^\d{2}(0[1-9]|1[0-2])$/)
    .optional(),
  /** Default true. False: answered as soon as the terminal is done, without a look into the records. */
  hops: z.boolean().optional(),
});

const answer = z.object({
  approved: z.boolean(),
  responseCode: z.string(),
  meaning: z.string(),
  amountMinor: z.int(),
  dispensedMinor: z.int(),
  currency: z.string(),
  stan: z.string(),
  rrn: z.string(),
  terminal: z.string(),
  hops: z.array(z.object({ at: z.string(), did: z.string() })),
});

/** `hopsOf` tells the way of a withdrawal that is over; without it the terminal's part alone. */
export function withdrawalRoute(
  fleet: AtmFleet,
  hopsOf: (result: WithdrawalResult) => readonly Hop[] | Promise<readonly Hop[]> = ownHops,
): Route {
  return route({
    method: 'POST',
    path: '/withdrawals',
    summary: 'One cash withdrawal at a terminal',
    body: order,
    answer,
    problems: ['conflict', 'unavailable', 'not-found'],
    handle: async ({ body }) => {
      const { pan, pin, expiry = DEMO_EXPIRY } = body;
      const terminal = body.terminal ?? freeTerminal(fleet);
      const amountMinor = BigInt(body.amountMinor);
      const result = await fleet.withdraw({ terminal, pan, pin, expiry, amountMinor });
      if (result.refusal !== undefined) throw refusal(result.refusal);
      return documentOf(result, body.hops === false ? ownHops(result) : await hopsOf(result));
    },
  });
}

function freeTerminal(fleet: AtmFleet): string {
  const free = fleet.terminals().find(({ inService, busy }) => inService && !busy);
  if (free === undefined) throw new ProblemError('unavailable', 'no terminal is free');
  return free.terminal;
}

function refusal(code: NonNullable<WithdrawalResult['refusal']>): ProblemError {
  switch (code) {
    case 'TERMINAL_UNKNOWN':
      return new ProblemError('not-found', 'there is no such terminal');
    case 'TERMINAL_BUSY':
      return new ProblemError('conflict', 'another customer is at the terminal');
    case 'NOTES_MISSING':
      return new ProblemError('conflict', 'the terminal has no notes for this amount');
    case 'TERMINAL_OUT_OF_SERVICE':
      return new ProblemError('unavailable', 'the terminal is out of service');
    case 'JOURNAL_UNAVAILABLE':
      return new ProblemError('unavailable', "the terminal's journal cannot be written");
    case 'FLEET_STOPPING':
      return new ProblemError('unavailable', 'the system is stopping');
  }
}

/** No answer in time has code 68 in the document: what the reversal says. */
const NO_ANSWER = '68';

function documentOf(result: WithdrawalResult, hops: readonly Hop[]): z.output<typeof answer> {
  const { outcome, responseCode, amountMinor, dispensedMinor, stan, rrn, terminal } = result;
  const approved = outcome === 'dispensed' || outcome === 'partly-dispensed';
  const code = responseCode ?? NO_ANSWER;
  return {
    approved,
    responseCode: code,
    meaning: responseOf(code).text,
    amountMinor: Number(amountMinor),
    dispensedMinor: Number(dispensedMinor),
    currency: CURRENCY.alphabetic,
    stan: stan!,
    rrn: rrn!,
    terminal,
    hops: [...hops],
  };
}

const OWN_WORDS: Readonly<Record<WithdrawalResult['outcome'], string>> = {
  dispensed: 'PIN encrypted in the PIN pad, request answered, notes dispensed',
  'partly-dispensed': 'fewer notes came out than were approved; the rest is reversed',
  declined: 'request refused; nothing dispensed',
  reversed: 'no usable answer; nothing dispensed, and the request is reversed',
  refused: 'nothing was sent',
};

function ownHops({ terminal, outcome }: WithdrawalResult): Hop[] {
  return [{ at: terminal, did: OWN_WORDS[outcome] }];
}
