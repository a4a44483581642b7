/**
 * Stand-in limits in PostgreSQL: one counter per card and day, one per issuer and day. The counters
 * of a chunk are locked in one order, judged request by request, and written back at once.
 */
import type { StandInRequest } from '@pinfold/flows';
import type { Transaction } from '../postgres/database.js';
import * as sql from './statements.js';

interface Counter {
  readonly issuer: string;
  readonly day: string;
  /** Empty: the issuer's total. */
  readonly card: string;
}

const nameOf = ({ issuer, day, card }: Counter) => `${issuer}/${day}/${card}`;

export async function reserveStandIn(
  tx: Transaction,
  requests: readonly StandInRequest[],
): Promise<boolean[]> {
  const counters = new Map<string, Counter>();
  for (const { issuer, day, card } of requests) {
    for (const counter of [
      { issuer, day, card: '' },
      { issuer, day, card },
    ]) {
      counters.set(nameOf(counter), counter);
    }
  }
  const columns = columnsOf([...counters.values()]);
  await tx.query(sql.OPEN_COUNTERS, columns);
  const rows = await tx.query<Counter & { amountMinor: bigint }>(sql.LOCK_COUNTERS, columns);
  const used = new Map(rows.map((row) => [nameOf(row), row.amountMinor]));
  const granted = requests.map((request) => {
    const { issuer, day, card, amountMinor, perCardMinor, perIssuerMinor } = request;
    const ofCard = nameOf({ issuer, day, card });
    const ofIssuer = nameOf({ issuer, day, card: '' });
    if (used.get(ofCard)! + amountMinor > perCardMinor) return false;
    if (used.get(ofIssuer)! + amountMinor > perIssuerMinor) return false;
    used.set(ofCard, used.get(ofCard)! + amountMinor);
    used.set(ofIssuer, used.get(ofIssuer)! + amountMinor);
    return true;
  });
  const amounts = rows.map((row) => used.get(nameOf(row))!);
  if (granted.includes(true)) await tx.execute(sql.WRITE_COUNTERS, [...columnsOf(rows), amounts]);
  return granted;
}

function columnsOf(counters: readonly Counter[]): string[][] {
  return [
    counters.map(({ issuer }) => issuer),
    counters.map(({ day }) => day),
    counters.map(({ card }) => card),
  ];
}
