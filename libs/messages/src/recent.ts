/**
 * A cache of what was used recently, in two generations: when the young one is full it becomes the old
 * one, and what was in the old one is forgotten unless it is asked for again. Nothing is ever deleted
 * from a map: first-in first-out over one map walks over the holes that deleted entries leave.
 */
export class Recent<V> {
  readonly #limit: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  /** `limit`: entries of a generation; twice as many are held at most. */
  constructor(limit: number) {
    if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError('a limit is 1 or more');
    this.#limit = limit;
  }

  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: V): void {
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  /** Entries held now. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
