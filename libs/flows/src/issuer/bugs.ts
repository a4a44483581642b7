/**
 * Faults that the simulator plants to measure itself (`libs/simulation`). A node without a set of
 * bugs, which is every node of the programs, has none of them; no configuration reaches this.
 */
import { RESPONSE } from '@pinfold/messages';
import type { Answer } from './answer.js';
import type { ChunkState } from './chunk-state.js';
import type { Financial } from './intake.js';
import type { Loaded } from './store.js';
import type { ReadyWork } from './work.js';

export const ISSUER_BUGS = {
  'repeat-answered-anew':
    'a repeated request is declined as a duplicate instead of answered as before',
  'early-reversal-ignored': 'a reversal that overtakes its request is answered and forgotten',
  'partial-reversed-in-full': 'the actual amount of a partial dispense is dropped',
  'advice-not-posted': 'a stand-in advice is answered and forgotten',
  'counter-read-then-write': 'wrong PINs in one chunk all count from what was read at its start',
  'counter-reset-by-another-card': 'a wrong PIN on one card resets the counters of the others',
  'mac-after-pin': 'a wrong PIN under a bad MAC counts',
  'send-before-commit': 'answers leave before the transaction commits',
} as const;

export type IssuerBug = keyof typeof ISSUER_BUGS;
export type IssuerBugs = ReadonlySet<IssuerBug>;
export const NO_ISSUER_BUGS: IssuerBugs = new Set();

const answer = (responseCode: string): Answer => ({
  responseCode,
  approvalCode: '',
  repeated: true,
});

/** The message as an issuer with these bugs reads it. */
export function spoilMessage(message: Financial, bugs: IssuerBugs): Financial {
  const { reversal } = message;
  if (reversal === undefined || !bugs.has('partial-reversed-in-full')) return message;
  return { ...message, reversal: { ...reversal, actualMinor: undefined } };
}

/** The answer that such an issuer gives without deciding, if it does. */
export function spoilAnswer(
  state: ChunkState,
  message: Financial,
  bugs: IssuerBugs,
): Answer | undefined {
  const known = state.transaction(message.transactionKey);
  switch (message.class) {
    case 'withdrawal':
      if (known === undefined || !bugs.has('repeat-answered-anew')) return undefined;
      return answer(RESPONSE.duplicate);
    case 'reversal':
      if (known !== undefined || !bugs.has('early-reversal-ignored')) return undefined;
      return answer(RESPONSE.approved);
    case 'advice':
      return bugs.has('advice-not-posted') ? answer(RESPONSE.approved) : undefined;
  }
}

/** Spoils the try counters after a message has been decided on. */
export function spoilTries(
  o: { state: ChunkState; loaded: Loaded; item: ReadyWork },
  bugs: IssuerBugs,
): void {
  const { state, loaded, item } = o;
  if (item.pin !== 'wrong') return;
  const card = state.card(item.cardKey);
  const before = loaded.cards.get(item.cardKey);
  if (card === undefined || before === undefined) return;
  const late = item.mac === 'invalid' && bugs.has('mac-after-pin');
  if (late) state.putCard({ ...card, tries: card.tries + 1 });
  if (bugs.has('counter-read-then-write')) state.putCard({ ...card, tries: before.tries + 1 });
  if (!bugs.has('counter-reset-by-another-card')) return;
  for (const other of loaded.cards.values()) {
    if (other.key !== card.key) state.putCard({ ...state.card(other.key)!, tries: 0 });
  }
}
