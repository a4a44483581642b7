/**
 * What a chunk has led to so far: rows as they stand after the steps taken, and all that is to be
 * written and sent. Steps of one chunk see each other, so two copies of a message in it are a message
 * and its repeat.
 */
import { type EventToEncode, type EventType, encodeEvent } from '@pinfold/messages';
import type { KeyRecord } from '../node.js';
import type { Draft } from './build.js';
import type { Note, Step, SwitchEvent } from './step.js';
import type { OutboxRow, SwitchChanges } from './store.js';
import {
  forwardKeyOf,
  keyOf,
  type StoreAndForward,
  type SwitchTransaction,
  type TransactionId,
  type TransactionKey,
  type WithPan,
} from './transaction.js';

export interface Other {
  readonly drafts?: readonly Draft[];
  readonly notes?: readonly Note[];
  readonly events?: readonly SwitchEvent[];
  readonly keys?: readonly KeyRecord[];
}

export class Work {
  readonly drafts: Draft[] = [];
  readonly notes: Note[] = [];
  readonly #events: SwitchEvent[] = [];
  readonly #keys: KeyRecord[] = [];
  readonly #rows: Map<TransactionKey, SwitchTransaction>;
  readonly #forwards: Map<string, StoreAndForward>;
  readonly #inserts = new Map<TransactionKey, WithPan<SwitchTransaction>>();
  readonly #updates = new Map<TransactionKey, SwitchTransaction>();
  readonly #changedForwards = new Map<string, StoreAndForward>();

  constructor(
    rows: Map<TransactionKey, SwitchTransaction> = new Map(),
    forwards: Map<string, StoreAndForward> = new Map(),
  ) {
    this.#rows = rows;
    this.#forwards = forwards;
  }

  row(id: TransactionId): SwitchTransaction | undefined {
    return this.#rows.get(keyOf(id));
  }

  forward(id: TransactionId, kind: StoreAndForward['kind']): StoreAndForward | undefined {
    return this.#forwards.get(forwardKeyOf({ rrn: id.rrn, terminal: id.terminal, kind }));
  }

  add(step: Step): void {
    if (step.insert !== undefined) {
      const key = keyOf(step.insert);
      this.#inserts.set(key, step.insert);
      this.#rows.set(key, step.insert);
    }
    if (step.update !== undefined) this.#update(step.update);
    if (step.forward !== undefined) {
      const key = forwardKeyOf(step.forward);
      this.#changedForwards.set(key, step.forward);
      this.#forwards.set(key, step.forward);
    }
    if (step.drafts !== undefined) this.drafts.push(...step.drafts);
    if (step.event !== undefined) this.#events.push(step.event);
    this.notes.push(step.note);
  }

  /** Drafts, events and keys that come from elsewhere than a step (key changes, refusals). */
  addOther(other: Other): void {
    this.drafts.push(...(other.drafts ?? []));
    this.notes.push(...(other.notes ?? []));
    this.#events.push(...(other.events ?? []));
    this.#keys.push(...(other.keys ?? []));
  }

  /** Nothing to write. */
  get isEmpty(): boolean {
    const rows = this.#inserts.size + this.#updates.size + this.#changedForwards.size;
    return rows + this.#keys.length + this.#events.length === 0;
  }

  /** What to write. The outbox row is there only when there are events. */
  changes(outbox: { id: string; createdMs: number }): SwitchChanges & { outbox?: OutboxRow } {
    const records = this.#events.map((event) => encodeEvent(event as EventToEncode<EventType>));
    return {
      inserts: [...this.#inserts.values()],
      updates: [...this.#updates.values()],
      forwards: [...this.#changedForwards.values()],
      keys: this.#keys,
      ...(records.length > 0 ? { outbox: { ...outbox, records } } : {}),
    };
  }

  #update(row: SwitchTransaction): void {
    const key = keyOf(row);
    const inserted = this.#inserts.get(key);
    if (inserted === undefined) this.#updates.set(key, row);
    else this.#inserts.set(key, { ...row, pan: inserted.pan });
    this.#rows.set(key, row);
  }
}
