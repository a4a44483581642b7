/** What is known of a message before it is decided on, and what is answered. */
import type { PinOutcome } from './rules.js';
import type { IssuerLimits } from './settings.js';

/** `silent`: no device answered, so nobody knows whether the message is genuine. */
export type MacOutcome = 'valid' | 'invalid' | 'silent';

export interface FinancialFacts {
  readonly cardKey: string;
  readonly nowMs: number;
  readonly pin: PinOutcome;
  /** DE 38 for this message, should it be approved. */
  readonly approvalCode: string;
  readonly limits: IssuerLimits;
}

export interface Answer {
  /** DE 39. */
  readonly responseCode: string;
  /** DE 38, empty when there is none. */
  readonly approvalCode: string;
  /** Answered before: nothing was changed and no event is told. */
  readonly repeated: boolean;
  /** Taken back by a reversal. */
  readonly reversedMinor?: bigint;
}
