/** The items of one chunk: an opened message with what was read from it, and what it touches. */
import type { Incoming, Wire } from '../node/ports.js';
import type { MacOutcome } from './answer.js';
import type { Intake } from './intake.js';
import type { PinOutcome } from './rules.js';
import type { Touched } from './store.js';

export interface Work {
  readonly incoming: Incoming;
  readonly intake: Intake;
  /** Keyed hash of the PAN; empty when the message could not be read. */
  readonly cardKey: string;
}

/** An item with all that is known before the transaction. */
export interface ReadyWork extends Work {
  readonly mac: MacOutcome;
  readonly pin: PinOutcome;
  /** DE 38, should it be approved. */
  readonly approvalCode: string;
}

export function workOf(incoming: Incoming, intake: Intake, wire: Wire): Work {
  return { incoming, intake, cardKey: intake.ok ? wire.indexOf(intake.value.pan) : '' };
}

/** Cards and transactions of a chunk, each once. */
export function touchedBy(work: readonly Work[]): Touched {
  const cardKeys = new Set<string>();
  const transactionKeys = new Set<string>();
  for (const { intake, cardKey } of work) {
    if (!intake.ok) continue;
    cardKeys.add(cardKey);
    transactionKeys.add(intake.value.transactionKey);
  }
  return { cardKeys: [...cardKeys], transactionKeys: [...transactionKeys] };
}
