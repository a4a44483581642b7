/** Whether the switch may approve in an issuer's place: the limits of the link, counted in the store. */
import { dayOf } from './build.js';
import type { IssuerLink } from './options.js';
import type { StandInRequest, SwitchTx } from './store.js';

export interface StandInWish {
  readonly issuer: string;
  /** Keyed hash of the card number. */
  readonly card: string;
  readonly amountMinor: bigint;
}

/** In order. False without limits on the link, above the limit of one transaction, or of the day. */
export async function reserve(
  tx: Pick<SwitchTx, 'reserveStandIn'>,
  wishes: readonly StandInWish[],
  o: {
    issuers: ReadonlyMap<string, IssuerLink>;
    nowMs: number;
  },
): Promise<boolean[]> {
  const day = dayOf(o.nowMs);
  const requests: StandInRequest[] = [];
  const places = wishes.map(({ issuer, card, amountMinor }) => {
    const limits = o.issuers.get(issuer)?.standIn;
    if (limits === undefined || amountMinor > limits.perTransactionMinor) return -1;
    const { perCardMinor, perIssuerMinor } = limits;
    requests.push({ issuer, card, day, amountMinor, perCardMinor, perIssuerMinor });
    return requests.length - 1;
  });
  if (requests.length === 0) return places.map(() => false);
  const granted = await tx.reserveStandIn(requests);
  return places.map((place) => place >= 0 && granted[place]!);
}
