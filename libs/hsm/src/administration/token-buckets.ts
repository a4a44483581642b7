/**
 * Token buckets by name: each holds `capacity` and refills by one every `refillMs`. Time is passed
 * in. A clock that goes back refills nothing, and from then on the refill counts from the new time:
 * a clock that ran ahead and was put right must not shut a name out until it catches up. Names are
 * bounded: beyond `maxNames` the bucket that was touched longest ago is forgotten (it is the fullest
 * one, or nearly).
 */
export interface BucketLimit {
  readonly capacity: number;
  readonly refillMs: number;
}

export interface BucketState {
  readonly name: string;
  readonly level: number;
  readonly at: number;
}

interface Bucket {
  level: number;
  at: number;
}

export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    readonly limit: BucketLimit,
    readonly maxNames = 100_000,
    state: readonly BucketState[] = [],
  ) {
    for (const { name, level, at } of state) this.#buckets.set(name, { level, at });
  }

  /** Whether something is left; a name that was never touched is full. */
  hasToken(name: string, now: number): boolean {
    if (this.#buckets.size === 0) return true;
    const bucket = this.#buckets.get(name);
    return bucket === undefined || this.#levelAt(bucket, now) >= 1;
  }

  /** Takes one; false when none is left. */
  take(name: string, now: number): boolean {
    const bucket = this.#buckets.get(name) ?? { level: this.limit.capacity, at: now };
    const level = this.#levelAt(bucket, now);
    this.#buckets.delete(name);
    this.#buckets.set(name, { level: Math.max(0, level - 1), at: now });
    if (this.#buckets.size > this.maxNames) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest);
        break;
      }
    }
    return level >= 1;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Buckets that are not full, for the sealed state. */
  toState(now: number): BucketState[] {
    return [...this.#buckets]
      .filter(([, bucket]) => this.#levelAt(bucket, now) < this.limit.capacity)
      .map(([name, { level, at }]) => ({ name: String(name), level, at }));
  }

  #levelAt(bucket: Bucket, now: number): number {
    if (now < bucket.at) bucket.at = now;
    return Math.min(this.limit.capacity, bucket.level + (now - bucket.at) / this.limit.refillMs);
  }
}
