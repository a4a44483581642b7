/**
 * The harness's own record: every order that a customer placed, and what the customer was told. It
 * lives outside the processes that are killed, and is what the databases are held against.
 */

export interface Order {
  readonly terminal: string;
  readonly pan: string;
  readonly amountMinor: number;
}

/** What the terminal told the customer. */
export interface Told {
  readonly approved: boolean;
  readonly responseCode: string;
  readonly rrn: string;
  readonly dispensedMinor: number;
}

export interface Acknowledged {
  readonly order: Order;
  readonly told: Told;
}

export interface CustomersRecord {
  /** Orders with an answer. */
  readonly acknowledged: readonly Acknowledged[];
  /** Orders whose connection broke, or that ended in an error: they may have happened, once. */
  readonly unknown: readonly Order[];
  /** Orders that the terminal did not take: nothing may have come of them. */
  readonly refused: number;
}

export class Recorder implements CustomersRecord {
  readonly acknowledged: Acknowledged[] = [];
  readonly unknown: Order[] = [];
  refused = 0;
}
