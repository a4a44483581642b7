/**
 * What one message or deadline leads to. Decisions are pure functions that return a step; the node
 * gathers the steps of a chunk, writes them in one transaction, and sends.
 */
import type { EventToEncode, EventType } from '@pinfold/messages';
import type { Draft } from './build.js';
import type { StoreAndForward, SwitchTransaction, WithPan } from './transaction.js';

/** An observation as a decision makes it; the node adds where. */
export interface Note {
  readonly what: string;
  readonly terminal?: string;
  readonly rrn?: string;
  readonly responseCode?: string;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

export type SwitchEvent = { [N in EventType]: EventToEncode<N> }[EventType];

export interface Step {
  readonly insert?: WithPan<SwitchTransaction>;
  readonly update?: SwitchTransaction;
  readonly forward?: StoreAndForward;
  readonly drafts?: readonly Draft[];
  readonly event?: SwitchEvent;
  readonly note: Note;
}
