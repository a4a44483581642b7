/**
 * One run: a seed decides faults, load, kills and key changes. After the load the faults end, the
 * network comes to rest, and its books are checked.
 */
import { type AtmBug, type SwitchBug, wantZoneKeys } from '@pinfold/flows';
import { check, terminalsUnrest, unrest } from './checkers.js';
import { drawFaults, type Faults, NO_FAULTS } from './faults.js';
import { type Fixture, fixture, type SimCard } from './fixture.js';
import type { Violation } from './monitor.js';
import { type Bugs, type IssuerBug, Network, type Prepared } from './network.js';
import { Rng } from './rng.js';

export interface RunOptions {
  readonly seed: number;
  /** Withdrawals asked for; some find their terminal busy. */
  readonly withdrawals?: number;
  readonly switchBugs?: readonly SwitchBug[];
  readonly atmBugs?: readonly AtmBug[];
  readonly issuerBugs?: readonly IssuerBug[];
  /** Keeps the log's lines and not only their hash. */
  readonly keepLog?: boolean;
}

export interface RunResult {
  readonly seed: number;
  readonly faults: Faults;
  readonly violations: readonly Violation[];
  /** Same seed, same hash. */
  readonly hash: string;
  readonly entries: number;
  readonly log: readonly string[];
  readonly asked: number;
  readonly dispensedMinor: bigint;
  readonly simulatedMs: number;
}

export const WITHDRAWALS = 24;
const LOAD_MS = 60_000;
/** How often the network is looked at on its way to rest, and how long it may take. */
const LOOK_MS = 10_000;
const REST_WITHIN_MS = 900_000;
const WRONG_PIN = 0.05;
/** In some runs somebody tries PINs on two cards, at several terminals at once. */
const TRIED = { wrongPin: 0.6, cards: 2, atOnce: 3 } as const;
const NO_BUGS: Bugs = { switch: new Set(), atm: new Set(), issuer: new Set() };
/** Minutes to a new year, so that days, years and DE 7 roll over in some runs. */
const STARTS_MS = [Date.UTC(2026, 5, 15, 12), Date.UTC(2026, 11, 31, 23, 59, 30)] as const;
/** The second is short of the wrap. */
const LAST_STANS = [0, 0, 999_990] as const;

let prepared: Promise<Prepared> | undefined;

/** First sign-on and first keys, without faults: once for all runs of this process. */
async function prepare(from: Fixture): Promise<Prepared> {
  const network = new Network({
    fixture: from,
    prepared: undefined,
    rng: new Rng(1),
    startMs: STARTS_MS[0] - 3_600_000,
    lastStan: 0,
    jam: 0,
    bugs: NO_BUGS,
    keepLog: false,
  });
  await network.open();
  await network.time.runUntil(network.time.now() + 20_000);
  const ready = network.fleet?.terminals().every(({ inService }) => inService);
  if (!ready) throw new Error('the terminals did not sign on');
  return {
    switchKeys: await network.switchStore.keys(),
    issuerKeys: await Promise.all(network.issuerStores.map((store) => store.keys())),
    terminals: await network.atmStore.terminals(),
  };
}

export async function run(o: RunOptions): Promise<RunResult> {
  const from = fixture();
  prepared ??= prepare(from);
  const rng = new Rng(o.seed);
  const faults = drawFaults(rng);
  const network = new Network({
    fixture: from,
    prepared: await prepared,
    rng: rng.fork(),
    startMs: rng.pick(STARTS_MS),
    lastStan: rng.pick(LAST_STANS),
    jam: faults.jam,
    bugs: {
      switch: new Set(o.switchBugs ?? []),
      atm: new Set(o.atmBugs ?? []),
      issuer: new Set(o.issuerBugs ?? []),
    },
    keepLog: o.keepLog ?? false,
  });
  const startMs = network.time.now();
  await network.open();
  await network.time.runUntil(startMs + 3_000);
  network.bus.faults = faults;
  let asked = 0;
  // An issuer that is killed between its commit and its answer counts what nobody has seen.
  const answersSeen = faults.killsPerMinute === 0 && faults.issuerOutages === 0;
  const load = rng.fork();
  const tried = load.chance(answersSeen ? 0.7 : 0.1);
  const wrongPin = tried ? TRIED.wrongPin : WRONG_PIN;
  const all = from.issuers.flatMap(({ cards: list }) => list);
  const cards = tried ? all.slice(0, TRIED.cards) : all;
  const moments = Array.from({ length: o.withdrawals ?? WITHDRAWALS }, () => load.int(0, LOAD_MS));
  if (tried) {
    moments.forEach((_, i) => {
      moments[i] = moments[i - (i % TRIED.atOnce)]! + load.int(0, 5);
    });
  }
  for (const moment of moments) {
    network.time.at(moment, () => {
      if (withdraw(network, { card: load.pick(cards), wrongPin, rng: load })) asked += 1;
    });
  }
  planTrouble(network, { faults, moments, rng: rng.fork() });
  await network.time.runUntil(network.time.now() + LOAD_MS);
  const why = await comeToRest(network);
  const violations = await check(network, from, { answersSeen });
  const { outMinor } = await network.atmStore.cashPosition();
  return {
    seed: o.seed,
    faults,
    violations: why === undefined ? violations : [{ kind: 'no-rest', detail: why }, ...violations],
    hash: network.journal.hash,
    entries: network.journal.entries,
    log: network.journal.lines,
    asked,
    dispensedMinor: outMinor,
    simulatedMs: network.time.now() - startMs,
  };
}

/** False when no terminal could take the order. */
function withdraw(
  network: Network,
  { card, wrongPin, rng }: { card: SimCard; wrongPin: number; rng: Rng },
): boolean {
  const { fleet } = network;
  const free = fleet?.terminals().filter(({ terminal }) => fleet.isFree(terminal)) ?? [];
  if (fleet === undefined || !network.atm.isUp || free.length === 0) return false;
  const { terminal } = rng.pick(free);
  const pin = rng.chance(wrongPin) ? otherPin(card.pin) : card.pin;
  const amountMinor = BigInt(rng.int(1, 15)) * 1_000n;
  void fleet.withdraw({ terminal, pan: card.pan, expiry: card.expiry, pin, amountMinor });
  return true;
}

function otherPin(pin: string): string {
  return String((Number(pin) + 1) % 10_000).padStart(4, '0');
}

/** Kills, silent devices, new keys: at moments of their own while the load runs. */
function planTrouble(
  network: Network,
  o: { faults: Faults; moments: readonly number[]; rng: Rng },
): void {
  const { faults, moments, rng } = o;
  const { time, processes, hsms } = network;
  const kills = Math.round((faults.killsPerMinute * LOAD_MS) / 60_000);
  const { redeliver } = faults;
  for (let i = 0; i < kills; i++) {
    const process = rng.pick(processes);
    const plan = { fuse: rng.int(0, 5), downMs: rng.int(50, faults.downMs), redeliver };
    // Most of them while a withdrawal is on its way: a process that only ticks dies without harm.
    const late = rng.chance(0.4) ? rng.int(-3, 3) : rng.int(3, 250);
    const atMs = rng.chance(0.6) ? rng.pick(moments) + late : rng.int(0, LOAD_MS);
    time.at(atMs, () => process.kill(plan));
  }
  for (let i = 0; i < faults.hsmOutages; i++) {
    const hsm = rng.pick(hsms);
    const from = rng.int(0, LOAD_MS);
    time.at(from, () => {
      hsm.silent = true;
    });
    time.at(from + rng.int(500, 12_000), () => {
      hsm.silent = false;
    });
  }
  for (let i = 0; i < faults.issuerOutages; i++) {
    const issuer = rng.pick(network.issuers);
    const plan = { fuse: 0, downMs: rng.int(LOAD_MS / 2, LOAD_MS), redeliver };
    time.at(rng.int(0, LOAD_MS / 4), () => issuer.kill(plan));
  }
  for (let i = 0; i < 2; i++) {
    const terminals = network.fleet?.terminals() ?? [];
    if (terminals.length > 0 && rng.chance(0.5)) {
      const { terminal } = rng.pick(terminals);
      time.at(rng.int(0, LOAD_MS), () => network.fleet?.changeKeys(terminal));
    }
    const issuer = rng.pick(network.issuers).name;
    if (rng.chance(0.5)) {
      time.at(rng.int(0, LOAD_MS), () => {
        // As an operator orders it: the next tick of an instance offers the keys.
        wantZoneKeys(network.switchStore, issuer).catch(() => undefined);
      });
    }
  }
}

/** Ends the faults and waits until nothing is open. Undefined, or what still is. */
async function comeToRest(network: Network): Promise<string | undefined> {
  const { time, bus, processes, hsms } = network;
  bus.faults = NO_FAULTS;
  for (const hsm of hsms) hsm.silent = false;
  const until = time.now() + REST_WITHIN_MS;
  for (const process of processes) process.tickMs = 5_000;
  for (;;) {
    await time.runUntil(time.now() + LOOK_MS);
    for (const process of processes) process.start();
    for (const hsm of hsms) hsm.silent = false;
    const why = unrest(network) ?? (await terminalsUnrest(network));
    if (why === undefined || time.now() >= until) return why;
  }
}
