/**
 * The sending half of the Kafka bus: one produce request under way, so order per key holds; what
 * comes meanwhile leaves together in the next. A failed request is "unknown" and is sent again as it
 * was, never dropped; after `rounds` of kafkajs's own retries (a minute each) it is reported as fatal.
 */
import type { BusRecord } from '@pinfold/messages';
import { BusClosed, BusOverloaded } from '../bus.js';
import { LARGEST_SEND } from './settings.js';

/** Sends one request; rejects when it may not have arrived. */
export type Produce = (records: readonly BusRecord[]) => Promise<void>;

export interface OutboxOptions {
  readonly produce: Produce;
  /** True when sending again cannot help (record too large, no such topic). */
  readonly isHopeless: (error: unknown) => boolean;
  /** Records that may be queued before senders wait. */
  readonly capacity: number;
  readonly maxWaiting: number;
  readonly rounds: number;
  readonly pauseMs: number;
  readonly onFatal: (error: unknown) => void;
}

interface Entry {
  readonly records: readonly BusRecord[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Bytes of a record beside its value: key, headers, framing. Generous. */
const OVERHEAD_BYTES = 400;

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #queue: Entry[] = [];
  #queued = 0;
  #room: (() => void)[] = [];
  #pump: Promise<void> | undefined;
  #closed = false;
  sent = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get queued(): number {
    return this.#queued;
  }

  get waiting(): number {
    return this.#room.length;
  }

  async send(records: readonly BusRecord[]): Promise<void> {
    if (this.#closed) throw new BusClosed();
    if (records.length === 0) return;
    if (this.#queued >= this.#options.capacity || this.#room.length > 0) {
      if (this.#room.length >= this.#options.maxWaiting) throw new BusOverloaded();
      await new Promise<void>((resolve) => this.#room.push(resolve));
      if (this.#closed) throw new BusClosed();
    }
    const done = new Promise<void>((resolve, reject) => {
      this.#queue.push({ records, resolve, reject });
    });
    this.#queued += records.length;
    this.#pump ??= this.#run();
    await done;
  }

  /** Waits for what is queued; then, or after `timeoutMs`, refuses the rest. */
  async close(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    while (this.#pump && (await Promise.race([this.#pump.then(() => true), tooLong]))) {
      // senders that waited for room may have started another run
    }
    clearTimeout(timer);
    this.#closed = true;
    for (const wake of this.#room.splice(0)) wake();
    for (const entry of this.#queue.splice(0)) entry.reject(new BusClosed());
    this.#queued = 0;
  }

  async #run(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0 && !this.#closed) {
      const entries = this.#take();
      const records =
        entries.length === 1 ? entries[0]!.records : entries.flatMap((e) => e.records);
      try {
        await this.#produceAll(records);
        this.sent += records.length;
        for (const entry of entries) entry.resolve();
      } catch (error) {
        for (const entry of entries) entry.reject(error);
      }
      this.#queued -= this.#closed ? 0 : records.length;
      this.#admit();
    }
    this.#pump = undefined;
  }

  /** As many whole entries as fit one request; always at least one. */
  #take(): Entry[] {
    let records = 0;
    let bytes = 0;
    let count = 0;
    for (const entry of this.#queue) {
      records += entry.records.length;
      bytes += bytesOf(entry.records);
      if (count > 0 && (records > LARGEST_SEND.records || bytes > LARGEST_SEND.bytes)) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  /** One entry may be larger than one request. */
  async #produceAll(records: readonly BusRecord[]): Promise<void> {
    let from = 0;
    let bytes = 0;
    for (let i = 0; i < records.length; i += 1) {
      const more = records[i]!.value.length + OVERHEAD_BYTES;
      if (i > from && (bytes + more > LARGEST_SEND.bytes || i - from >= LARGEST_SEND.records)) {
        await this.#produce(records.slice(from, i));
        from = i;
        bytes = 0;
      }
      bytes += more;
    }
    await this.#produce(from === 0 ? records : records.slice(from));
  }

  async #produce(records: readonly BusRecord[]): Promise<void> {
    for (let round = 1; ; round += 1) {
      try {
        return await this.#options.produce(records);
      } catch (error) {
        if (this.#closed || this.#options.isHopeless(error)) throw error;
        if (round >= this.#options.rounds) {
          this.#options.onFatal(error);
          throw error;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, this.#options.pauseMs));
    }
  }

  #admit(): void {
    let free = this.#options.capacity - this.#queued;
    while (free > 0 && this.#room.length > 0) {
      this.#room.shift()!();
      free -= 1;
    }
  }
}

function bytesOf(records: readonly BusRecord[]): number {
  let bytes = records.length * OVERHEAD_BYTES;
  for (const { value } of records) bytes += value.length;
  return bytes;
}
