/**
 * A bounded cache by name with second-chance eviction: a hit writes two members of the entry and
 * moves nothing. What was used in the present call (see `begin`) is evicted last of all, so that a
 * command may hold what it opened until it ends, as long as it opens fewer than `max` in one call.
 */
export abstract class CacheEntry {
  /** Its name in the cache it is in. */
  cachedAs = '';
  /** Number of the call that used it last. */
  usedIn = 0;
  /** Used since the hand of the clock passed. */
  used = false;
}

export class ClockCache<V extends CacheEntry> {
  readonly #entries = new Map<string, V>();
  readonly #ring: V[] = [];
  readonly #evicted: (entry: V) => void;
  #hand = 0;
  #call = 1;

  /** `evicted` is told what leaves, by eviction, replacement or `clear`. */
  constructor(
    readonly max: number,
    evicted: (entry: V) => void,
  ) {
    this.#evicted = evicted;
  }

  /** A new call begins. */
  begin(): void {
    this.#call++;
  }

  get(name: string): V | undefined {
    const entry = this.#entries.get(name);
    if (entry !== undefined) this.touch(entry);
    return entry;
  }

  /** The same as `get` for an entry of this cache that is at hand. */
  touch(entry: V): void {
    if (entry.usedIn === this.#call) return;
    entry.usedIn = this.#call;
    entry.used = true;
  }

  set(name: string, entry: V): void {
    const before = this.#entries.get(name);
    if (before === undefined) {
      this.add(name, entry);
      return;
    }
    this.#evicted(before);
    this.#put(this.#ring.indexOf(before), name, entry);
  }

  /** As `set`, for a name that is not there. */
  add(name: string, entry: V): void {
    this.#put(this.#place(), name, entry);
  }

  #put(at: number, name: string, entry: V): void {
    entry.usedIn = 0;
    entry.cachedAs = name;
    this.touch(entry);
    this.#ring[at] = entry;
    this.#entries.set(name, entry);
  }

  get size(): number {
    return this.#entries.size;
  }

  clear(): void {
    for (const entry of this.#ring) this.#evicted(entry);
    this.#ring.length = 0;
    this.#entries.clear();
    this.#hand = 0;
  }

  /** A free place in the ring; at the bound, the place of what is evicted. */
  #place(): number {
    if (this.#ring.length < this.max) return this.#ring.length;
    const victim = this.#victim();
    const entry = this.#ring[victim]!;
    this.#entries.delete(entry.cachedAs);
    this.#evicted(entry);
    return victim;
  }

  /** Twice around the ring at most; when the present call used them all, the next in turn. */
  #victim(): number {
    const { max } = this;
    let at = this.#hand;
    for (let step = 0; step < 2 * max; step++) {
      const entry = this.#ring[at]!;
      if (entry.usedIn !== this.#call) {
        if (!entry.used) break;
        entry.used = false;
      }
      at = at + 1 === max ? 0 : at + 1;
    }
    this.#hand = at + 1 === max ? 0 : at + 1;
    return at;
  }
}
