/** What a 0200 does: stored answer for a repeat, else the rules, the try counter and one posting. */
import { RESPONSE } from '@pinfold/messages';
import type { Answer, FinancialFacts } from './answer.js';
import type { ChunkState } from './chunk-state.js';
import type { Financial } from './intake.js';
import { nextLegState } from './legs.js';
import { businessDay, type CardState, type IssuerTransaction, type Leg, NO_LEG } from './model.js';
import { post } from './posting.js';
import { pinDecides, responseTo, type WithdrawalFacts } from './rules.js';

export function decideWithdrawal(
  state: ChunkState,
  request: Financial,
  facts: FinancialFacts,
): Answer {
  const known = state.transaction(request.transactionKey);
  if (known?.request.message === request.messageId && known.cardKey === facts.cardKey) {
    const { responseCode, approvalCode } = known.request;
    return { responseCode, approvalCode, repeated: true };
  }
  const card = state.card(facts.cardKey);
  const account = card === undefined ? undefined : state.account(card.accountId);
  const { pin, nowMs, limits } = facts;
  const all: WithdrawalFacts = { request, nowMs, pin, limits, card, account, known };
  const responseCode = responseTo(all);
  if (known !== undefined) return answerKnown(state, known, request, responseCode);

  if (card !== undefined) countTry(state, card, all);
  const approved = responseCode === RESPONSE.approved;
  const leg: Leg = {
    state: nextLegState('none', approved ? 'approve' : 'decline'),
    message: request.messageId,
    responseCode,
    approvalCode: approved ? facts.approvalCode : '',
    actualMinor: undefined,
  };
  const transaction = newTransaction(request, facts, card, { request: leg, advice: NO_LEG });
  state.putTransaction(
    approved
      ? post(state, transaction, {
          leg: 'request',
          customerMinor: request.amountMinor,
          lossMinor: 0n,
        })
      : transaction,
  );
  return { responseCode, approvalCode: leg.approvalCode, repeated: false };
}

/** The name is taken: by a reversal that came first (its original is late), or by something else. */
function answerKnown(
  state: ChunkState,
  known: IssuerTransaction,
  { messageId }: Financial,
  responseCode: string,
): Answer {
  const leg = known.request;
  if (leg.state === 'forestalled' && leg.message === '') {
    const late = {
      ...leg,
      state: nextLegState(leg.state, 'decline'),
      message: messageId,
      responseCode,
    };
    state.putTransaction({ ...known, request: late });
  }
  return { responseCode, approvalCode: '', repeated: false };
}

/** A wrong PIN counts once per message that got as far as the PIN; a right one resets. */
function countTry(state: ChunkState, card: CardState, facts: WithdrawalFacts): void {
  const { pin, request, nowMs, limits } = facts;
  if (pin !== 'wrong' && pin !== 'right') return;
  if (!pinDecides({ request, nowMs, limits, card })) return;
  const tries = pin === 'wrong' ? card.tries + 1 : 0;
  if (tries !== card.tries) state.putCard({ ...card, tries });
}

/** A transaction heard of for the first time, with nothing posted. */
export function newTransaction(
  message: Financial,
  facts: Pick<FinancialFacts, 'cardKey' | 'nowMs'>,
  card: CardState | undefined,
  legs: { request: Leg; advice: Leg },
): IssuerTransaction {
  const { transactionKey: key, acquirer, rrn, terminal, amountMinor } = message;
  return {
    key,
    cardKey: facts.cardKey,
    accountId: card?.accountId,
    acquirer,
    rrn,
    terminal,
    amountMinor,
    day: businessDay(facts.nowMs),
    seenAtMs: facts.nowMs,
    ...legs,
    customerMinor: 0n,
    lossMinor: 0n,
    postedBy: 'request',
  };
}
