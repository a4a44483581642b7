/** Counts of all subscriptions since the start, of those that have ended too. */

interface Counted {
  readonly delivered: number;
  readonly retried: number;
  readonly deadLettered: number;
}

export class DeliveryTotals {
  readonly #running = new Set<Counted>();
  #ended: Counted = { delivered: 0, retried: 0, deadLettered: 0 };

  add(delivery: Counted): void {
    this.#running.add(delivery);
  }

  /** Keeps the counts and forgets the delivery. */
  end(delivery: Counted): void {
    if (this.#running.delete(delivery)) this.#ended = sum(this.#ended, delivery);
  }

  get(): Counted {
    return [...this.#running].reduce(sum, this.#ended);
  }
}

function sum(a: Counted, b: Counted): Counted {
  return {
    delivered: a.delivered + b.delivered,
    retried: a.retried + b.retried,
    deadLettered: a.deadLettered + b.deadLettered,
  };
}
