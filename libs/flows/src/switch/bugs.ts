/**
 * Faults that the simulator plants to measure itself (`libs/simulation`). A node without a set of
 * bugs, which is every node of the programs, has none of them; no configuration reaches this.
 */
import type { Step } from './step.js';
import type { StandInRequest } from './store.js';
import type { TransactionId } from './transaction.js';

export const SWITCH_BUGS = {
  'dedup-dropped': 'a repeated request is treated as a new one',
  'dedup-across-batches-only': 'two copies in one chunk are both forwarded',
  'early-reversal-ignored': 'a reversal that overtakes its request is answered and forgotten',
  'timeout-without-reversal': '91 to the terminal, nothing to the issuer',
  'reversal-not-forwarded': 'the terminal gets its 0430, the issuer hears nothing',
  'reversal-not-repeated': 'a reversal is sent once and then taken for done',
  'advice-not-repeated': 'an advice is sent once and then taken for done',
  'advice-lost': 'a stand-in approval leaves no advice',
  'partial-reversed-in-full': 'the actual amount of a partial dispense is dropped',
  'answer-by-stan-alone': 'an answer is matched to the last request with its STAN',
  'stand-in-limit-per-instance': 'each instance counts its own stand-in amounts',
  'zone-key-switched-at-once': 'answers are verified under the newest zone key only',
  'mac-after-pin': 'a request with a bad MAC is forwarded if its PIN block translates',
  'send-before-commit': 'messages leave before the transaction commits',
} as const;

export type SwitchBug = keyof typeof SWITCH_BUGS;

export type SwitchBugs = ReadonlySet<SwitchBug>;

export const NO_BUGS: SwitchBugs = new Set();

const toIssuer = (mti: string) => mti.startsWith('042') || mti.startsWith('022');

/** The step as a switch with these bugs would take it. */
export function spoil(step: Step, bugs: SwitchBugs): Step {
  const { forward, note } = step;
  if (note.what === 'reversal-before-request' && bugs.has('early-reversal-ignored')) {
    return { ...step, insert: undefined };
  }
  if (forward === undefined) return step;
  const silent =
    (note.what === 'issuer-timeout' && bugs.has('timeout-without-reversal')) ||
    (note.what.endsWith('reversed') && bugs.has('reversal-not-forwarded')) ||
    (note.what === 'stood-in' && bugs.has('advice-lost'));
  if (silent) {
    const drafts = step.drafts?.filter((draft) => !toIssuer(draft.message.mti));
    return { ...step, forward: undefined, drafts };
  }
  if (forward.actualMinor !== null && bugs.has('partial-reversed-in-full')) {
    for (const draft of step.drafts ?? []) delete draft.message.fields[95];
    return { ...step, forward: { ...forward, actualMinor: null } };
  }
  const once =
    (forward.kind === 'reversal' && bugs.has('reversal-not-repeated')) ||
    (forward.kind === 'advice' && bugs.has('advice-not-repeated'));
  return once && forward.state === 'pending'
    ? { ...step, forward: { ...forward, state: 'done' } }
    : step;
}

/** State that some bugs keep in memory, where the right switch asks its store. */
export class SpoiledMemory {
  readonly lastByStan = new Map<string, TransactionId>();
  readonly #standIn = new Map<string, bigint>();

  async reserveStandIn(requests: readonly StandInRequest[]): Promise<boolean[]> {
    return requests.map(({ issuer, card, day, amountMinor, perCardMinor, perIssuerMinor }) => {
      const names = [`${issuer}/${day}/${card}`, `${issuer}/${day}`];
      const sums = names.map((name) => (this.#standIn.get(name) ?? 0n) + amountMinor);
      if (sums[0]! > perCardMinor || sums[1]! > perIssuerMinor) return false;
      names.forEach((name, i) => {
        this.#standIn.set(name, sums[i]!);
      });
      return true;
    });
  }
}
