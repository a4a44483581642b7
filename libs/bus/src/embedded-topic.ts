/**
 * One topic of the embedded bus: per group and partition a bounded queue (a lane). Only running groups
 * push back on senders. For a group whose subscriptions have all ended the newest records are kept up
 * to the capacity, and before the first group comes a few of the newest, as Kafka's retention would.
 */
import type { BusRecord } from '@pinfold/messages';
import { partitionOf } from './partition-of.js';
import { Ring } from './ring.js';

export interface Lane {
  readonly queue: Ring<BusRecord>;
  /** Taken and not yet handled; while not zero no other subscription may take from the lane. */
  inFlight: number;
}

export interface Member {
  wake(): void;
}

/** Records kept per partition of a topic that nobody has read yet: events without a consumer. */
const KEPT_UNREAD = 256;

interface Group {
  readonly lanes: readonly Lane[];
  readonly members: Member[];
}

interface Waiter {
  readonly records: readonly BusRecord[];
  next: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class EmbeddedTopic {
  readonly name: string;
  readonly partitions: number;
  readonly #capacity: number;
  readonly #groups = new Map<string, Group>();
  readonly #waiters: Waiter[] = [];
  /** What came before the first group, one lane per partition. */
  #retained: readonly Lane[] | undefined;
  dropped = 0;

  constructor(name: string, partitions: number, capacity: number) {
    this.name = name;
    this.partitions = partitions;
    this.#capacity = capacity;
    this.#retained = this.#makeLanes(Math.min(KEPT_UNREAD, capacity));
  }

  join(groupName: string, member: Member): void {
    let group = this.#groups.get(groupName);
    if (!group) {
      group = { lanes: this.#makeLanes(this.#capacity), members: [] };
      this.#handOver(group.lanes);
      this.#groups.set(groupName, group);
    }
    group.members.push(member);
    for (const other of group.members) other.wake();
  }

  leave(groupName: string, member: Member): void {
    const members = this.#groups.get(groupName)?.members ?? [];
    const at = members.indexOf(member);
    if (at >= 0) members.splice(at, 1);
    for (const other of members) other.wake();
    this.admit();
  }

  /** A member has let go of lanes that may be another's by now. */
  released(groupName: string, by: Member): void {
    const members = this.#groups.get(groupName)?.members ?? [];
    for (const other of members) if (other !== by) other.wake();
  }

  /** The lanes of a member: every n-th partition for n members. */
  *lanesOf(groupName: string, member: Member): Generator<Lane> {
    const group = this.#groups.get(groupName);
    if (!group) return;
    const at = group.members.indexOf(member);
    if (at < 0) return;
    for (let p = at; p < this.partitions; p += group.members.length) yield group.lanes[p]!;
  }

  /** Takes the records, in the order of the calls: undefined when done, or a promise to wait for. */
  put(records: readonly BusRecord[]): Promise<void> | undefined {
    let next = 0;
    if (this.#waiters.length === 0) {
      while (next < records.length && this.#putOne(records[next]!)) next += 1;
      if (next === records.length) return undefined;
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ records, next, resolve, reject });
    });
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  /** Lets waiting senders in as far as there is room. */
  admit(): void {
    for (let waiter = this.#waiters[0]; waiter; waiter = this.#waiters[0]) {
      while (waiter.next < waiter.records.length && this.#putOne(waiter.records[waiter.next]!))
        waiter.next += 1;
      if (waiter.next < waiter.records.length) return;
      this.#waiters.shift();
      waiter.resolve();
    }
  }

  refuseWaiting(error: Error): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  /** Records in the queues of groups that run. */
  get queued(): number {
    let count = 0;
    for (const { lanes, members } of this.#groups.values())
      if (members.length > 0) for (const lane of lanes) count += lane.queue.length;
    return count;
  }

  /** False when a running group has no room. */
  #putOne(record: BusRecord): boolean {
    const partition = partitionOf(record.key, this.partitions);
    for (const { lanes, members } of this.#groups.values())
      if (members.length > 0 && lanes[partition]!.queue.isFull) return false;
    if (this.#retained) keepNewest(this.#retained[partition]!, record);
    for (const { lanes, members } of this.#groups.values()) {
      this.dropped += keepNewest(lanes[partition]!, record);
      members[partition % members.length]?.wake();
    }
    return true;
  }

  /** What came before the first group is the first group's. */
  #handOver(lanes: readonly Lane[]): void {
    for (const [partition, { queue }] of (this.#retained ?? []).entries())
      for (let record = queue.shift(); record; record = queue.shift())
        lanes[partition]!.queue.push(record);
    this.#retained = undefined;
  }

  #makeLanes(capacity: number): Lane[] {
    return Array.from({ length: this.partitions }, () => ({
      queue: new Ring<BusRecord>(capacity),
      inFlight: 0,
    }));
  }
}

/** Number of records that had to go. */
function keepNewest({ queue }: Lane, record: BusRecord): number {
  const full = queue.isFull;
  if (full) queue.shift();
  queue.push(record);
  return full ? 1 : 0;
}
