/**
 * Every time limit of the network in one table, with the back-off of repeats.
 * All values are milliseconds unless the name says otherwise.
 */

export interface Timeouts {
  /** ATM: no answer to a 0200 for this long, and the withdrawal is reversed. */
  readonly atmAnswerMs: number;
  /** Switch: no answer of the issuer for this long, and 91 (or stand-in) goes to the ATM. */
  readonly issuerAnswerMs: number;
  /** First wait before a reversal or an advice is repeated; doubles from there. */
  readonly repeatFirstMs: number;
  /** Longest wait between two repeats. */
  readonly repeatMaxMs: number;
  /** After so many repeats a store-and-forward row is parked for a person (about a week). */
  readonly repeatLimit: number;
  /** Wait for the answer to an 0800 before it is sent again with a fresh STAN. */
  readonly networkAnswerMs: number;
  /** Silence on a link after which an echo (0800, DE 70 = 301) is sent. */
  readonly echoEveryMs: number;
  /** Age at which working keys (TPK and TAK of a terminal, ZPK and ZAK of a link) are changed. */
  readonly keyLifeMs: number;
}

export const TIMEOUTS: Timeouts = {
  atmAnswerMs: 15_000,
  issuerAnswerMs: 8_000,
  repeatFirstMs: 5_000,
  repeatMaxMs: 60_000,
  repeatLimit: 10_000,
  networkAnswerMs: 5_000,
  echoEveryMs: 60_000,
  keyLifeMs: 24 * 3_600_000,
};

/** Wait after the `sent`-th sending (1 = the first): 5 s, 10 s, 20 s, 40 s, 60 s, 60 s … */
export function backOffMs(sent: number, timeouts: Timeouts = TIMEOUTS): number {
  const doublings = Math.min(Math.max(sent - 1, 0), 30);
  return Math.min(timeouts.repeatFirstMs * 2 ** doublings, timeouts.repeatMaxMs);
}

/** Most rows that one tick takes; what is left is due in the next one. */
export const TICK_LIMIT = 500;
