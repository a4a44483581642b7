/**
 * The bus of a simulation: takes records, loses, repeats, delays and damages some, and hands the rest
 * to its readers in chunks, at least once. A reader is a place in a group (a partition); which
 * process stands behind it may change.
 */
import type { BusRecord } from '@pinfold/messages';
import { drawDelay, type Faults, NO_FAULTS } from './faults.js';
import type { Journal } from './journal.js';
import type { Rng } from './rng.js';
import type { VirtualTime } from './virtual-time.js';

export type Handler = (chunk: readonly BusRecord[]) => Promise<void>;

/** Tries of a chunk before its records are set aside one by one. */
const TRIES = 3;
const RETRY_MS = 50;
const MAX_CHUNK = 64;

interface Reader {
  readonly inbox: BusRecord[];
  handler: Handler | undefined;
  /** Number of the attachment; a handler of an older one no longer counts. */
  attachment: number;
  /** What the handler has now; empty when it is idle. */
  taken: BusRecord[];
  due: boolean;
}

export class FaultyBus {
  faults: Faults = NO_FAULTS;
  /** Records under way, waiting or being handled. */
  inFlight = 0;
  largestInbox = 0;
  readonly deadLetters: BusRecord[] = [];
  readonly #readers = new Map<string, Reader[]>();

  constructor(
    private readonly time: VirtualTime,
    private readonly rng: Rng,
    private readonly journal: Journal,
  ) {}

  /** Makes a topic with so many partitions. */
  addTopic(topic: string, partitions: number): void {
    const readers = Array.from({ length: partitions }, (): Reader => {
      return { inbox: [], handler: undefined, attachment: 0, taken: [], due: false };
    });
    this.#readers.set(topic, readers);
  }

  partitions(topic: string): number {
    return this.#readers.get(topic)!.length;
  }

  /** Topics without readers (events) swallow. */
  send(records: readonly BusRecord[]): void {
    for (const record of records) {
      if (!this.#readers.has(record.topic)) continue;
      if (this.rng.chance(this.faults.drop)) {
        this.journal.add(`bus: dropped ${record.headers.type} ${record.headers.correlation}`);
        continue;
      }
      const damaged = this.rng.chance(this.faults.corrupt);
      if (damaged) this.#post(this.#damage(record));
      // A line that notices damage sends again, and both copies come.
      if (!damaged || this.rng.chance(0.5)) this.#post(record);
      if (this.rng.chance(this.faults.duplicate)) this.#post(record);
    }
  }

  /** A process takes over a partition. Returns how it lets go; what it was handling comes again or is lost. */
  attach(topic: string, partition: number, handler: Handler): (redeliver: boolean) => void {
    const reader = this.#readers.get(topic)![partition]!;
    const attachment = ++reader.attachment;
    reader.handler = handler;
    this.#wake(reader, 0);
    return (redeliver) => {
      if (reader.attachment !== attachment) return;
      reader.handler = undefined;
      reader.attachment += 1;
      if (redeliver) reader.inbox.unshift(...reader.taken);
      else this.inFlight -= reader.taken.length;
      reader.taken = [];
    };
  }

  #post(record: BusRecord): void {
    this.inFlight += 1;
    const readers = this.#readers.get(record.topic)!;
    const reader = readers[partitionOf(record.key, readers.length)]!;
    this.time.at(drawDelay(this.rng, this.faults), () => {
      reader.inbox.push(record);
      this.largestInbox = Math.max(this.largestInbox, reader.inbox.length);
      this.#wake(reader, this.rng.int(0, 15));
    });
  }

  #damage(record: BusRecord): BusRecord {
    const value = Uint8Array.from(record.value);
    const bit = this.rng.int(0, value.length * 8 - 1);
    value[bit >> 3]! ^= 1 << (bit & 7);
    return { ...record, value };
  }

  #wake(reader: Reader, delayMs: number): void {
    if (reader.due) return;
    reader.due = true;
    this.time.at(delayMs, () => {
      reader.due = false;
      this.#give(reader);
    });
  }

  #give(reader: Reader): void {
    if (reader.handler === undefined || reader.taken.length > 0 || reader.inbox.length === 0)
      return;
    reader.taken = reader.inbox.splice(0, MAX_CHUNK);
    void this.#handle(reader, reader.handler, reader.attachment);
  }

  async #handle(reader: Reader, handler: Handler, attachment: number): Promise<void> {
    const current = () => reader.attachment === attachment;
    const records = reader.taken;
    const whole = await this.#try(handler, records, current);
    if (!whole && current() && records.length > 1) {
      for (const record of records) {
        if (!(await this.#try(handler, [record], current)) && current()) this.#setAside(record);
      }
    } else if (!whole && current()) this.#setAside(records[0]!);
    if (!current()) return;
    this.inFlight -= records.length;
    reader.taken = [];
    this.#wake(reader, this.rng.int(0, 5));
  }

  /** False when every try failed. */
  async #try(handler: Handler, records: BusRecord[], current: () => boolean): Promise<boolean> {
    for (let i = 0; i < TRIES && current(); i++) {
      try {
        await handler(records);
        return true;
      } catch (error) {
        if (!current()) return false;
        const { name, message } = error as Error;
        this.journal.add(`bus: handler failed: ${name}: ${message}`);
        await this.time.sleep(RETRY_MS);
      }
    }
    return false;
  }

  #setAside(record: BusRecord): void {
    this.deadLetters.push(record);
    this.journal.add(`bus: dead letter ${record.headers.type} ${record.headers.correlation}`);
  }
}

/** Same key, same partition. */
export function partitionOf(key: string, partitions: number): number {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) >>> 0;
  return hash % partitions;
}
