/** One financial message against the working copy of its chunk: what is answered, and what changes. */
import { decideAdvice } from './advice.js';
import type { Answer, FinancialFacts } from './answer.js';
import type { ChunkState } from './chunk-state.js';
import type { Financial, FinancialClass } from './intake.js';
import { decideReversal } from './reversal.js';
import { decideWithdrawal } from './withdrawal.js';

type Decide = (state: ChunkState, message: Financial, facts: FinancialFacts) => Answer;

const DECIDE: Readonly<Record<FinancialClass, Decide>> = {
  withdrawal: decideWithdrawal,
  advice: decideAdvice,
  reversal: decideReversal,
};

export function decide(state: ChunkState, message: Financial, facts: FinancialFacts): Answer {
  return DECIDE[message.class](state, message, facts);
}
