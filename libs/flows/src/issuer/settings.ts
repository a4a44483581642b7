/** What differs between issuers, and the limits that a card has. */

export interface IssuerLimits {
  /** Sum of approved withdrawals per card and business day. */
  readonly amountPerDayMinor: bigint;
  /** Number of approved withdrawals per card and business day. */
  readonly countPerDay: number;
  /** Wrong PINs in a row after which the card is blocked. */
  readonly pinTries: number;
}

export const DEFAULT_LIMITS: IssuerLimits = {
  amountPerDayMinor: 100_000n,
  countPerDay: 20,
  pinTries: 3,
};

export interface IssuerSettings {
  /** Lower case, as in topics and schemas: `bank-a`. */
  readonly issuerId: string;
  /** Institution id of the one acquirer on the link (DE 32). */
  readonly acquirer: string;
  /** Owner of the link's keys in the key ring. */
  readonly link: string;
  /** DE 49 that the accounts are kept in. */
  readonly currency: string;
  /** Token of the PIN verification key in the issuer's own device. */
  readonly pvk: string;
  /** Token of the zone control key shared with the acquirer. */
  readonly zck: string;
  readonly limits: IssuerLimits;
}
