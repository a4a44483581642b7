/**
 * What must hold when a run has come to rest. Totals alone would miss two errors that cancel, so
 * every card, terminal and RRN is compared by itself.
 */
import {
  type AtmJournalRow,
  forwardKeyOf,
  keyOf,
  type ReconcileRow,
  standingOf,
} from '@pinfold/flows';
import { type Fixture, OPENING_MINOR } from './fixture.js';
import type { Violation } from './monitor.js';
import { type Network, STAND_IN } from './network.js';

/** What the fleet, the switch and the issuers have in their books at the end. */
interface Books {
  readonly journal: ReadonlyMap<string, AtmJournalRow>;
  readonly rows: ReadonlyMap<string, ReconcileRow>;
  /** Posted amounts by RRN and terminal. */
  readonly posted: ReadonlyMap<string, bigint>;
}

const ALL = 1_000_000;
/** Largest inbox of a reader that these loads can explain. */
const INBOX_LIMIT = 500;

async function readBooks(network: Network): Promise<Books> {
  const journal = await network.atmStore.reconcilePage(undefined, ALL);
  const rows = await network.switchStore.reconcilePage(undefined, ALL);
  const posted = new Map<string, bigint>();
  for (const store of network.issuerStores) {
    for await (const p of store.postedByRrn(0, Number.MAX_SAFE_INTEGER)) {
      posted.set(keyOf(p), (posted.get(keyOf(p)) ?? 0n) + p.postedMinor);
    }
  }
  return {
    journal: new Map(journal.map((row) => [keyOf(row), row])),
    rows: new Map(rows.map((row) => [keyOf(row), row])),
    posted,
  };
}

/** Why the run is not at rest yet, or undefined. */
export function unrest(network: Network): string | undefined {
  const { bus, switchStore } = network;
  if (bus.inFlight > 0) return `${bus.inFlight} records under way`;
  for (const row of switchStore.transactions.values()) {
    if (row.state === 'forwarded') return `${row.rrn} is still with the issuer`;
  }
  for (const forward of switchStore.forwards.values()) {
    if (forward.state === 'pending') return `${forward.kind} of ${forward.rrn} is not answered`;
  }
  if (switchStore.outbox.size > 0) return 'events are not delivered';
  return undefined;
}

const OPEN_AT_TERMINAL = new Set(['requested', 'reversing', 'partly-dispensed']);

export async function terminalsUnrest(network: Network): Promise<string | undefined> {
  const rows = await network.atmStore.reconcilePage(undefined, ALL);
  const open = rows.find((row) => OPEN_AT_TERMINAL.has(row.state));
  return open && `${open.rrn} is ${open.state} at its terminal`;
}

export async function check(
  network: Network,
  fixture: Fixture,
  o: { answersSeen: boolean },
): Promise<Violation[]> {
  const books = await readBooks(network);
  return [
    ...network.monitor.violations,
    ...(o.answersSeen ? network.monitor.tries.violations : []),
    ...checkEachWithdrawal(books),
    ...checkSwitch(network, books),
    ...checkStandIn(network),
    ...(await checkTerminals(network, books)),
    ...(await checkCards(network, fixture)),
    ...checkBus(network),
  ];
}

/** Per RRN: cash out of the cassettes is what the issuer has posted, and what the switch believes. */
function checkEachWithdrawal({ journal, rows, posted }: Books): Violation[] {
  const found: Violation[] = [];
  for (const key of new Set([...journal.keys(), ...posted.keys(), ...rows.keys()])) {
    const out = journal.get(key)?.dispensedMinor ?? 0n;
    const booked = posted.get(key) ?? 0n;
    const row = rows.get(key);
    const switched = row === undefined ? 0n : standingOf(row);
    if (out !== booked) {
      found.push({ kind: 'dispensed-is-not-posted', rrn: key, detail: `${out} against ${booked}` });
    }
    if (out !== switched) {
      found.push({ kind: 'dispensed-is-not-switched', rrn: key, detail: `${out}, ${row?.state}` });
    }
  }
  return found;
}

const EVENT_OF: Readonly<Record<string, string>> = {
  approved: 'approved',
  'stood-in': 'approved',
  declined: 'declined',
  'timed-out': 'declined',
  reversed: 'reversed',
  'partly-reversed': 'reversed',
};

function checkSwitch({ switchStore, monitor }: Network, { rows }: Books): Violation[] {
  const found: Violation[] = [];
  for (const { kind, rrn, state } of switchStore.forwards.values()) {
    if (state !== 'done') found.push({ kind: `${kind}-${state}`, rrn });
  }
  for (const [rrn, { state }] of rows) {
    const event = EVENT_OF[state];
    if (event !== undefined && !monitor.events.has(`${event}-${rrn}`)) {
      found.push({ kind: 'event-missing', rrn, detail: event });
    }
  }
  return found;
}

/** What was approved in the issuers' place, per card and per issuer; a run is shorter than a day. */
function checkStandIn({ switchStore }: Network): Violation[] {
  const found: Violation[] = [];
  const sums = new Map<string, bigint>();
  for (const row of switchStore.transactions.values()) {
    if (!row.approvalCode?.startsWith('S')) continue;
    const advice = switchStore.forwards.get(forwardKeyOf({ ...row, kind: 'advice' }));
    const day = advice?.transmittedAt.slice(0, 4) ?? '';
    for (const name of [`card ${row.pan} ${day}`, `issuer ${row.issuer} ${day}`]) {
      sums.set(name, (sums.get(name) ?? 0n) + row.amountMinor);
    }
  }
  for (const [name, sum] of sums) {
    const limit = name.startsWith('card') ? STAND_IN.perCardMinor : STAND_IN.perIssuerMinor;
    if (sum > limit) found.push({ kind: 'stand-in-limit-passed', detail: `${sum} over ${limit}` });
  }
  return found;
}

/** Per terminal: notes gone from the cassettes are what its journal says. */
async function checkTerminals(network: Network, { journal }: Books): Promise<Violation[]> {
  const out = new Map<string, bigint>();
  const add = (terminal: string, amount: bigint) =>
    out.set(terminal, (out.get(terminal) ?? 0n) + amount);
  for (const { terminal, denominationMinor, loaded, notes } of await network.atmStore.cassettes()) {
    add(terminal, denominationMinor * BigInt(loaded - notes));
  }
  for (const { terminal, dispensedMinor } of journal.values()) add(terminal, -dispensedMinor);
  return [...out]
    .filter(([, difference]) => difference !== 0n)
    .map(([terminal, d]) => ({ kind: 'cassettes-are-not-journal', detail: `${terminal} ${d}` }));
}

/** Per card: what left the account is what stands posted; the ledger as a whole is sound. */
async function checkCards(network: Network, fixture: Fixture): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const [i, { facts, cards }] of fixture.issuers.entries()) {
    const store = network.issuerStores[i]!;
    const summary = await store.ledgerSummary();
    if (!summary.sound) found.push({ kind: 'ledger-unsound', detail: facts.id });
    const posted = new Map<string, bigint>();
    for await (const { key, postedMinor, lossMinor } of store.postedByRrn(
      0,
      Number.MAX_SAFE_INTEGER,
    )) {
      const card = (await store.transaction(key))!.transaction.cardKey;
      posted.set(card, (posted.get(card) ?? 0n) + postedMinor - lossMinor);
    }
    for (const { pan } of cards) {
      const key = `index-${pan}`;
      const view = (await store.card(key))!;
      const left = OPENING_MINOR - view.balanceMinor;
      if (view.balanceMinor < 0n) found.push({ kind: 'balance-negative', detail: facts.id });
      if (left !== (posted.get(key) ?? 0n)) {
        found.push({ kind: 'card-is-not-posted', detail: `${facts.id} ${left}` });
      }
    }
  }
  return found;
}

function checkBus({ bus }: Network): Violation[] {
  const found: Violation[] = bus.deadLetters.map(({ headers }) => {
    return { kind: 'dead-letter', rrn: headers.correlation, detail: headers.type };
  });
  if (bus.largestInbox > INBOX_LIMIT) {
    found.push({ kind: 'inbox-grows', detail: String(bus.largestInbox) });
  }
  return found;
}
