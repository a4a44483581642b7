/**
 * The decision on a whole chunk, in one synchronous pass over the locked state: each message sees
 * what the ones before it did. Pure; runs inside the store's transaction.
 */
import { encodeEvent, maskPan, RESPONSE } from '@pinfold/messages';
import type { Answer } from './answer.js';
import { type IssuerBugs, spoilAnswer, spoilMessage, spoilTries } from './bugs.js';
import { ChunkState } from './chunk-state.js';
import { decide } from './decide.js';
import type { IssuerSettings } from './settings.js';
import type { Decision, Loaded, OutboxEvent } from './store.js';
import type { ReadyWork } from './work.js';

export interface ChunkFacts {
  readonly settings: IssuerSettings;
  readonly nowMs: number;
  readonly sentOutboxIds: readonly number[];
  readonly bugs?: IssuerBugs;
}

export interface ChunkResult {
  /** In the order of the items. */
  readonly answers: readonly Answer[];
  readonly events: readonly OutboxEvent[];
}

export function decideChunk(
  loaded: Loaded,
  items: readonly ReadyWork[],
  facts: ChunkFacts,
): Decision<ChunkResult> {
  const state = new ChunkState(loaded);
  const { bugs } = facts;
  const answers = items.map((item) => {
    const answer = decideOne(state, item, facts);
    if (bugs !== undefined) spoilTries({ state, loaded, item }, bugs);
    return answer;
  });
  const changes = state.changes(facts.sentOutboxIds);
  return { changes, result: { answers, events: changes.events } };
}

const refusal = (responseCode: string): Answer => ({
  responseCode,
  approvalCode: '',
  repeated: false,
});

/** Before anything else: a bad MAC (88), an unreadable message (30, 12, 13), no device (96). */
function decideOne(
  state: ChunkState,
  item: ReadyWork,
  { settings, nowMs, bugs }: ChunkFacts,
): Answer {
  const { intake, mac, pin, cardKey, approvalCode } = item;
  if (mac === 'invalid') return refusal(RESPONSE.cryptographicFailure);
  // Nothing that was not verified is written down: a copy that was damaged on its way could otherwise
  // stand for the message. The switch repeats what must be done, and reverses what was not answered.
  if (mac === 'silent') return refusal(RESPONSE.systemMalfunction);
  if (!intake.ok) return refusal(intake.responseCode);
  const message = bugs === undefined ? intake.value : spoilMessage(intake.value, bugs);
  const spoilt = bugs === undefined ? undefined : spoilAnswer(state, message, bugs);
  if (spoilt !== undefined) return spoilt;
  const { limits } = settings;
  const triesBefore = state.card(cardKey)?.tries ?? 0;
  const answer = decide(state, message, { cardKey, nowMs, pin, approvalCode, limits });
  const tries = state.card(cardKey)?.tries ?? 0;
  if (triesBefore < limits.pinTries && tries >= limits.pinTries) {
    state.tell(pinBlocked(item, message.transactionKey, message.pan, { settings, nowMs }));
  }
  return answer;
}

function pinBlocked(
  { cardKey }: ReadyWork,
  transactionKey: string,
  pan: string,
  { settings, nowMs }: Pick<ChunkFacts, 'settings' | 'nowMs'>,
): OutboxEvent {
  const { topic, key, headers, value } = encodeEvent({
    type: 'card.pin-blocked',
    id: `${settings.issuerId}-${transactionKey}-pin-blocked`,
    atMs: nowMs,
    data: { issuer: settings.issuerId, card: cardKey, pan: maskPan(pan) },
    correlation: transactionKey,
  });
  return { topic, key, headers, value: new TextDecoder().decode(value) };
}
