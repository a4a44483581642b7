/** A queue with a limit: constant time at both ends, no copying while it fills and empties. */
export class Ring<T> {
  #slots: (T | undefined)[];
  #first = 0;
  #length = 0;
  readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#slots = new Array(Math.min(16, capacity));
  }

  get length(): number {
    return this.#length;
  }

  get isFull(): boolean {
    return this.#length >= this.capacity;
  }

  /** False when full. */
  push(item: T): boolean {
    if (this.isFull) return false;
    this.#grow();
    this.#slots[(this.#first + this.#length) % this.#slots.length] = item;
    this.#length += 1;
    return true;
  }

  /** Puts an item back in front; allowed beyond the capacity, because it was in the queue before. */
  unshift(item: T): void {
    this.#grow();
    this.#first = (this.#first + this.#slots.length - 1) % this.#slots.length;
    this.#slots[this.#first] = item;
    this.#length += 1;
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#slots[this.#first];
    this.#slots[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#slots.length;
    this.#length -= 1;
    return item;
  }

  #grow(): void {
    if (this.#length < this.#slots.length) return;
    const larger: (T | undefined)[] = new Array(Math.max(16, this.#slots.length * 2));
    for (let i = 0; i < this.#length; i += 1)
      larger[i] = this.#slots[(this.#first + i) % this.#slots.length];
    this.#slots = larger;
    this.#first = 0;
  }
}
