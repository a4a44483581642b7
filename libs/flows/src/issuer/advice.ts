/**
 * What a 0220 does: the switch stood in, the cash is out, and the issuer posts it whatever it would
 * have said. What the customer's account can carry goes there, the rest on the stand-in loss
 * account. A request that stands posted is taken over, so the transaction is never posted twice.
 */
import { RESPONSE } from '@pinfold/messages';
import type { Answer, FinancialFacts } from './answer.js';
import type { ChunkState } from './chunk-state.js';
import type { Financial } from './intake.js';
import { nextLegState } from './legs.js';
import { type IssuerTransaction, isExpired, type Leg, NO_LEG } from './model.js';
import { type Posting, post, smaller, undo } from './posting.js';
import { newTransaction } from './withdrawal.js';

export function decideAdvice(state: ChunkState, advice: Financial, facts: FinancialFacts): Answer {
  const known = state.transaction(advice.transactionKey);
  if (known !== undefined && known.cardKey !== facts.cardKey) {
    return { responseCode: RESPONSE.duplicate, approvalCode: '', repeated: false };
  }
  const answered = known !== undefined && known.advice.message !== '';
  if (!answered) state.putTransaction(take(state, advice, facts, known));
  const { approvalCode } = state.transaction(advice.transactionKey)!.advice;
  return { responseCode: RESPONSE.approved, approvalCode, repeated: answered };
}

function take(
  state: ChunkState,
  advice: Financial,
  facts: FinancialFacts,
  known: IssuerTransaction | undefined,
): IssuerTransaction {
  const card = state.card(facts.cardKey);
  const first = known ?? newTransaction(advice, facts, card, { request: NO_LEG, advice: NO_LEG });
  const leg: Leg = {
    ...first.advice,
    message: advice.messageId,
    responseCode: RESPONSE.approved,
    approvalCode: advice.approvalCode,
  };
  if (leg.state === 'forestalled') return late(state, { ...first, advice: leg }, facts);

  const request = { ...first.request, state: nextLegState(first.request.state, 'supersede') };
  const taken = {
    ...first,
    accountId: first.accountId ?? card?.accountId,
    amountMinor: advice.amountMinor,
    request,
    advice: { ...leg, state: nextLegState(leg.state, 'approve') },
  };
  if (first.request.state === 'reduced') {
    return { ...taken, advice: { ...leg, state: 'reduced' } };
  }
  if (first.request.state !== 'approved') return postAll(state, taken, advice.amountMinor, facts);
  if (first.amountMinor === advice.amountMinor) return taken;
  return postAll(state, undo(state, taken, 0n), advice.amountMinor, facts);
}

/** The advice's reversal came first: nothing is left of it, or the amount that was dispensed. */
function late(
  state: ChunkState,
  transaction: IssuerTransaction,
  facts: FinancialFacts,
): IssuerTransaction {
  const { advice, amountMinor, request } = transaction;
  const cleared = request.state === 'approved' ? undo(state, transaction, 0n) : transaction;
  const keepMinor = smaller(advice.actualMinor ?? 0n, amountMinor);
  const taken = {
    ...cleared,
    request: { ...request, state: nextLegState(request.state, 'supersede') },
    advice: {
      ...advice,
      state: nextLegState(advice.state, keepMinor > 0n ? 'approve' : 'decline'),
    },
  };
  return keepMinor > 0n ? postAll(state, taken, keepMinor, facts) : taken;
}

function postAll(
  state: ChunkState,
  transaction: IssuerTransaction,
  amountMinor: bigint,
  facts: FinancialFacts,
): IssuerTransaction {
  const customerMinor = smaller(bearable(state, transaction, facts), amountMinor);
  const posting: Posting = { leg: 'advice', customerMinor, lossMinor: amountMinor - customerMinor };
  return post(state, transaction, posting);
}

/** What the customer's account can carry: its balance, and nothing for a card out of use. */
function bearable(
  state: ChunkState,
  transaction: IssuerTransaction,
  facts: FinancialFacts,
): bigint {
  const card = state.card(transaction.cardKey);
  if (card === undefined || card.status !== 'active' || isExpired(card, facts.nowMs)) return 0n;
  return state.account(card.accountId)?.balanceMinor ?? 0n;
}
