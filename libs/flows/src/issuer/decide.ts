/** One financial message against the working copy of its chunk: what is answered, and what changes. */
import { decideAdvice } from './advice.js';
import type { ChunkState } from './chunk-state.js';
import type { Financial, FinancialClass } from './intake.js';
import { decideReversal } from './reversal.js';
import type { PinOutcome } from './rules.js';
import type { IssuerLimits } from './settings.js';
import { decideWithdrawal } from './withdrawal.js';

/** `silent`: no device answered, so nobody knows whether the message is genuine. */
export type MacOutcome = 'valid' | 'invalid' | 'silent';

export interface FinancialFacts {
  readonly cardKey: string;
  readonly nowMs: number;
  readonly mac: Exclude<MacOutcome, 'invalid'>;
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

type Decide = (state: ChunkState, message: Financial, facts: FinancialFacts) => Answer;

const DECIDE: Readonly<Record<FinancialClass, Decide>> = {
  withdrawal: decideWithdrawal,
  advice: decideAdvice,
  reversal: decideReversal,
};

export function decide(state: ChunkState, message: Financial, facts: FinancialFacts): Answer {
  return DECIDE[message.class](state, message, facts);
}
