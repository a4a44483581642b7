/** How far a subscription is in each partition: what to commit, and the lag. */
import type { Lag } from '../bus.js';

interface Position {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the next record to handle. */
  next: bigint;
  /** Offset after the last record of the partition, as the last fetch told. */
  end: bigint;
  committable: boolean;
}

export class Positions {
  readonly #known = new Map<string, Position>();

  /** A batch has come: its first offset and the end of the partition. */
  fetched(topic: string, partition: number, first: string, end: string): void {
    const position = this.#at(topic, partition);
    position.next = BigInt(first);
    position.end = BigInt(end);
  }

  handled(topic: string, partition: number, offset: string): void {
    const position = this.#at(topic, partition);
    position.next = BigInt(offset) + 1n;
    position.committable = true;
  }

  /** Partitions may belong to others now. */
  clear(): void {
    this.#known.clear();
  }

  /** For the last commit before leaving the group. */
  toCommit(): { topic: string; partition: number; offset: string }[] {
    return [...this.#known.values()]
      .filter(({ committable }) => committable)
      .map(({ topic, partition, next }) => ({ topic, partition, offset: String(next) }));
  }

  lag(group: string, topics: readonly string[], lastProgressMs: number): Lag[] {
    const records = new Map<string, number>(topics.map((topic) => [topic, 0]));
    for (const { topic, next, end } of this.#known.values()) {
      const behind = end > next ? Number(end - next) : 0;
      records.set(topic, (records.get(topic) ?? 0) + behind);
    }
    return topics.map((topic) => ({ group, topic, records: records.get(topic)!, lastProgressMs }));
  }

  #at(topic: string, partition: number): Position {
    const name = `${topic}/${partition}`;
    let position = this.#known.get(name);
    if (!position) {
      position = { topic, partition, next: 0n, end: 0n, committable: false };
      this.#known.set(name, position);
    }
    return position;
  }
}
