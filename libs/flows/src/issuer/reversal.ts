/**
 * What a 0420 does: takes back what its leg posted, in full or down to the actual amount of DE 95.
 * An unknown original is remembered, so that it is declined when it comes; a second reversal finds
 * nothing to do. All of these answer 00.
 */
import { RESPONSE } from '@pinfold/messages';
import type { Answer, FinancialFacts } from './answer.js';
import type { ChunkState } from './chunk-state.js';
import type { Financial, Reversal } from './intake.js';
import { nextLegState } from './legs.js';
import { type IssuerTransaction, NO_LEG } from './model.js';
import { undo } from './posting.js';
import { newTransaction } from './withdrawal.js';

export interface ReversalAnswer extends Answer {
  /** What was given back, for the event; 0n when there was nothing to do. */
  readonly reversedMinor: bigint;
}

export function decideReversal(
  state: ChunkState,
  message: Financial,
  facts: FinancialFacts,
): ReversalAnswer {
  const known = state.transaction(message.transactionKey);
  if (known !== undefined && known.cardKey !== facts.cardKey) {
    const responseCode = RESPONSE.originalNotFound;
    return { responseCode, approvalCode: '', repeated: false, reversedMinor: 0n };
  }
  const card = state.card(facts.cardKey);
  const before = known ?? newTransaction(message, facts, card, { request: NO_LEG, advice: NO_LEG });
  const after = reverse(state, before, message.reversal!);
  if (after !== undefined) state.putTransaction(after);
  const reversedMinor = after === undefined ? 0n : standing(before) - standing(after);
  const repeated = after === undefined;
  return { responseCode: RESPONSE.approved, approvalCode: '', repeated, reversedMinor };
}

const standing = (t: IssuerTransaction): bigint => t.customerMinor + t.lossMinor;

/** The transaction after the reversal; undefined when there is nothing to change. */
function reverse(
  state: ChunkState,
  transaction: IssuerTransaction,
  { leg: name, actualMinor }: Reversal,
): IssuerTransaction | undefined {
  const leg = transaction[name];
  const keepMinor = actualMinor ?? 0n;
  const next = nextLegState(leg.state, keepMinor > 0n ? 'reduce' : 'reverse');
  if (next === leg.state) return undefined;
  const marked = { ...transaction, [name]: { ...leg, state: next, actualMinor } };
  return leg.state === 'approved' ? undo(state, marked, keepMinor) : marked;
}
