/**
 * The end of every chunk: one transaction (rows, store-and-forward rows, keys, outbox), then the MACs,
 * then one send. Business events are in the outbox until the bus has them, so a crash repeats them;
 * messages are not: a lost one is repaired by its sender's deadline or by its stored row.
 */
import { toHex } from '@pinfold/crypto';
import type { KeyRing, NodePorts } from '../node.js';
import type { SwitchBugs } from './bugs.js';
import { finish } from './finish.js';
import type { Note } from './step.js';
import type { SwitchStore, SwitchTx } from './store.js';
import type { Work } from './work.js';

/** An outbox row older than this was left by a crash or a failed send. */
export const OUTBOX_STALE_MS = 10_000;

const OUTBOX_LIMIT = 100;

export class Committer {
  /** Names this incarnation in outbox ids. */
  readonly #name: string;
  #count = 0;
  /** Outbox rows that the bus has taken; removed with the next transaction. */
  #delivered: string[] = [];

  constructor(
    private readonly ports: NodePorts<SwitchStore>,
    private readonly ring: KeyRing,
    private readonly bugs: SwitchBugs,
  ) {
    this.#name = toHex(ports.random(8));
  }

  /** `fill` may run more than once; it decides on rows that it locks through `tx`. */
  async commit(fill: (tx: SwitchTx) => Promise<Work>): Promise<Work> {
    const { store, clock } = this.ports;
    const id = `${this.#name}-${++this.#count}`;
    const delivered = this.#takeDelivered();
    const committed = store.transact(async (tx) => {
      const work = await fill(tx);
      const changes = work.changes({ id, createdMs: clock.now() });
      if (this.bugs.has('send-before-commit')) await this.#send(work, []);
      if (!work.isEmpty || delivered.length > 0) await tx.save({ ...changes, delivered });
      return { work, outbox: changes.outbox };
    });
    const { work, outbox } = await this.#orGiveBack(delivered, committed);
    for (const note of work.notes) this.observe(note);
    if (!this.bugs.has('send-before-commit')) await this.#send(work, outbox?.records ?? []);
    else if (outbox !== undefined) await this.ports.send(outbox.records);
    if (outbox !== undefined) this.#delivered.push(outbox.id);
    return work;
  }

  /** Sends what a crash or a failed send left in the outbox. Returns the number of rows. */
  async repeatOutbox(): Promise<number> {
    const { store, clock } = this.ports;
    const delivered = this.#takeDelivered();
    const repeated = store.transact(async (tx) => {
      const stale = await tx.staleOutbox(clock.now() - OUTBOX_STALE_MS, OUTBOX_LIMIT);
      if (delivered.length > 0) await tx.save({ delivered });
      return stale.filter((row) => !delivered.includes(row.id));
    });
    const rows = await this.#orGiveBack(delivered, repeated);
    if (rows.length === 0) return 0;
    this.observe({ what: 'outbox-repeated', detail: { rows: rows.length } });
    await this.ports.send(rows.flatMap((row) => row.records));
    this.#delivered.push(...rows.map((row) => row.id));
    return rows.length;
  }

  #takeDelivered(): string[] {
    const delivered = this.#delivered;
    this.#delivered = [];
    return delivered;
  }

  /** Chunks and ticks run side by side, so a transaction that fails gives back only what it took. */
  async #orGiveBack<T>(delivered: readonly string[], done: Promise<T>): Promise<T> {
    try {
      return await done;
    } catch (error) {
      this.#delivered.push(...delivered);
      throw error;
    }
  }

  observe(note: Note): void {
    this.ports.observe({ at: 'switch', ...note });
  }

  async #send(work: Work, events: Parameters<NodePorts<SwitchStore>['send']>[0]): Promise<void> {
    const { records, dropped } = await finish(work.drafts, this.ring, this.ports);
    if (dropped > 0) this.observe({ what: 'messages-dropped', detail: { messages: dropped } });
    const all = events.length === 0 ? records : [...records, ...events];
    if (all.length > 0) await this.ports.send(all);
  }
}
