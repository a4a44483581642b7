/**
 * A whole network for one run: an ATM fleet, two switch instances on one store, two issuers, with real
 * devices, memory stores that outlive their processes, and the faulty bus between them.
 */
import {
  type AtmBug,
  AtmFleet,
  DEFAULT_LIMITS,
  type Dispenser,
  IssuerNode,
  type IssuerPorts,
  type KeyRecord,
  MemoryAtmStore,
  MemoryIssuerStore,
  MemorySwitchStore,
  type NodePorts,
  type SwitchBug,
  SwitchNode,
  type SwitchOptions,
  type TerminalRecord,
} from '@pinfold/flows';
import { inProcessClient } from '@pinfold/hsm-client';
import { issuerRequests, maskPan, TOPICS } from '@pinfold/messages';
import { FaultyBus } from './faulty-bus.js';
import {
  ACQUIRER_ID,
  type Fixture,
  OPENING_MINOR,
  productionSession,
  type SimIssuer,
  terminalAlgorithm,
} from './fixture.js';
import { Journal } from './journal.js';
import { Monitor } from './monitor.js';
import { PlainWire } from './plain-wire.js';
import {
  guardSend,
  guardStore,
  type Incarnation,
  SimHsm,
  SimProcess,
  type World,
} from './process.js';
import type { Rng } from './rng.js';
import { VirtualTime } from './virtual-time.js';

export const SWITCHES = 2;
/** Of one card and of one issuer on one day. */
export const STAND_IN = {
  perTransactionMinor: 10_000n,
  perCardMinor: 15_000n,
  perIssuerMinor: 30_000n,
} as const;

const ACQUIRER_LINK = 'acq1';
const CURRENCY = '978';

/** Keys and PIN pads as they are after the first sign-on: runs start from there. */
export interface Prepared {
  readonly switchKeys: readonly KeyRecord[];
  readonly issuerKeys: readonly (readonly KeyRecord[])[];
  readonly terminals: readonly TerminalRecord[];
}

export type IssuerBug = NonNullable<IssuerPorts['bugs']> extends ReadonlySet<infer B> ? B : never;

/** Planted bugs of each kind of node. */
export interface Bugs {
  readonly switch: ReadonlySet<SwitchBug>;
  readonly atm: ReadonlySet<AtmBug>;
  readonly issuer: ReadonlySet<IssuerBug>;
}

export interface NetworkOptions {
  readonly fixture: Fixture;
  readonly prepared: Prepared | undefined;
  readonly rng: Rng;
  readonly startMs: number;
  /** Last STAN of each terminal at the start. */
  readonly lastStan: number;
  readonly jam: number;
  readonly bugs: Bugs;
  readonly keepLog: boolean;
}

const vault = {
  seal: (pan: string) => new TextEncoder().encode(pan),
  open: (sealed: Uint8Array) => new TextDecoder().decode(sealed),
};

export class Network {
  readonly time: VirtualTime;
  readonly bus: FaultyBus;
  readonly journal: Journal;
  readonly monitor = new Monitor();
  readonly atmStore = new MemoryAtmStore();
  readonly switchStore = new MemorySwitchStore();
  readonly issuerStores: readonly MemoryIssuerStore[];
  readonly hsms: readonly SimHsm[];
  readonly atm: SimProcess;
  readonly switches: readonly SimProcess[];
  readonly issuers: readonly SimProcess[];
  /** The fleet of the ATM process that runs now. */
  fleet: AtmFleet | undefined;
  readonly switchNodes: (SwitchNode | undefined)[] = [];
  readonly #world: World;
  readonly #o: NetworkOptions;

  constructor(o: NetworkOptions) {
    this.#o = o;
    const { fixture, rng } = o;
    this.time = new VirtualTime(o.startMs);
    this.journal = new Journal(this.time, o.keepLog);
    this.bus = new FaultyBus(this.time, rng.fork(), this.journal);
    this.bus.addTopic(TOPICS.atmRequests, SWITCHES);
    this.bus.addTopic(TOPICS.switchAnswers, SWITCHES);
    this.bus.addTopic(TOPICS.atmAnswers, 1);
    for (const { facts } of fixture.issuers) this.bus.addTopic(issuerRequests(facts.id), 1);
    const { time, bus, journal } = this;
    this.#world = { time, bus, journal, rng: rng.fork(), monitor: this.monitor.watch };
    const devices = [fixture.acquirer, ...fixture.issuers.map(({ device }) => device)];
    fixture.hands.clock = this.time;
    fixture.hands.random = rng.fork().bytes;
    this.hsms = devices.map((device) => {
      return new SimHsm(inProcessClient(device, productionSession(device)));
    });
    this.issuerStores = fixture.issuers.map(() => new MemoryIssuerStore(this.time));
    this.atm = new SimProcess('atm', this.#world, (life) => this.#bootAtm(life));
    this.switches = Array.from({ length: SWITCHES }, (_, i) => {
      return new SimProcess(`switch-${i + 1}`, this.#world, (life) => this.#bootSwitch(life, i));
    });
    this.issuers = fixture.issuers.map((issuer, i) => {
      return new SimProcess(issuer.facts.id, this.#world, (life) =>
        this.#bootIssuer(life, i, issuer),
      );
    });
  }

  get processes(): readonly SimProcess[] {
    return [this.atm, ...this.switches, ...this.issuers];
  }

  /** Fills the stores and starts every process. */
  async open(): Promise<void> {
    const { fixture, prepared, lastStan } = this.#o;
    const own = [...fixture.terminalKeys, ...fixture.issuers.map((issuer) => issuer.acquirerZck)];
    const keys = prepared?.switchKeys ?? own;
    await this.switchStore.transact((tx) => tx.save({ keys }));
    await Promise.all(fixture.issuers.map((issuer, i) => this.#fillIssuer(issuer, i)));
    if (prepared !== undefined) {
      const terminals = prepared.terminals.map((record) => ({ ...record, lastStan }));
      const cassettes = fixture.terminals.flatMap(({ terminal, cassettes: list }) =>
        list.map(({ denominationMinor, notes }, i) => {
          return { terminal, position: i + 1, denominationMinor, notes, loaded: notes };
        }),
      );
      await this.atmStore.transact((tx) => tx.save({ terminals, cassettes }));
    }
    for (const process of this.processes) process.start();
  }

  async #fillIssuer({ facts, cards }: SimIssuer, index: number): Promise<void> {
    const store = this.issuerStores[index]!;
    const wire = new PlainWire(facts.id);
    await store.saveKeys(this.#o.prepared?.issuerKeys[index] ?? []);
    await store.createCards(
      cards.map(({ pan, expiry, record, accountId }) => ({
        key: wire.indexOf(pan),
        sealedPan: new Uint8Array(),
        maskedPan: maskPan(pan),
        expiry,
        status: 'active',
        record,
        accountId,
        openingMinor: OPENING_MINOR,
      })),
    );
  }

  #ports<S extends object>(
    o: { name: string; link: string; hsm: SimHsm; store: S },
    life: Incarnation,
  ): NodePorts<S> {
    return {
      clock: this.time,
      random: this.#o.rng.fork().bytes,
      hsm: o.hsm.guarded(life),
      store: guardStore(o.store, life, this.#world),
      wire: new PlainWire(o.link),
      send: guardSend(o.name, life, this.#world),
      observe: (observation) => {
        if (life.alive) this.journal.observe(observation);
      },
    };
  }

  async #bootAtm(life: Incarnation) {
    const rng = this.#o.rng.fork();
    const jam: Dispenser = (plan) => (rng.chance(this.#o.jam) ? plan.slice(1) : plan);
    const { hsm: _, ...ports } = this.#ports(
      { name: 'atm', link: 'atm', hsm: this.hsms[0]!, store: this.atmStore },
      life,
    );
    const fleet = new AtmFleet(
      {
        ...ports,
        vault,
        padStorageKey: () => new Uint8Array(32).fill(7),
        schedule: (run) => this.time.at(1, () => life.alive && run()),
        dispenser: jam,
      },
      { acquirer: ACQUIRER_ID, currency: CURRENCY, bugs: this.#o.bugs.atm },
    );
    await fleet.recover();
    if (this.#o.prepared === undefined) {
      const installed = await fleet.install(this.#o.fixture.terminals);
      if (!installed.ok) throw new Error(`terminals were not installed: ${installed.code}`);
    }
    this.fleet = fleet;
    const handler = (chunk: Parameters<AtmFleet['onAnswers']>[0]) => fleet.onAnswers(chunk);
    return {
      onTick: () => fleet.onTick(),
      reads: [{ topic: TOPICS.atmAnswers, partition: 0, handler }],
    };
  }

  async #bootSwitch(life: Incarnation, index: number) {
    const { fixture, bugs } = this.#o;
    const options: SwitchOptions = {
      acquirer: ACQUIRER_ID,
      terminalAlgorithm,
      routes: fixture.issuers.map(({ facts }) => ({ prefix: facts.cardPrefix, issuer: facts.id })),
      issuers: fixture.issuers.map(({ facts, algorithm }) => ({
        id: facts.id,
        algorithm,
        pinFormat: algorithm === 'A' ? 'iso4' : 'iso0',
        standIn: STAND_IN,
      })),
    };
    const name = `switch-${index + 1}`;
    const o = { name, link: ACQUIRER_LINK, hsm: this.hsms[0]!, store: this.switchStore };
    const node = new SwitchNode(options, this.#ports(o, life), bugs.switch);
    await node.open();
    this.switchNodes[index] = node;
    return {
      onTick: () => node.onTick(),
      reads: [
        {
          topic: TOPICS.atmRequests,
          partition: index,
          handler: (chunk: Parameters<SwitchNode['onRequests']>[0]) => node.onRequests(chunk),
        },
        {
          topic: TOPICS.switchAnswers,
          partition: index,
          handler: (chunk: Parameters<SwitchNode['onAnswers']>[0]) => node.onAnswers(chunk),
        },
      ],
    };
  }

  async #bootIssuer(life: Incarnation, index: number, { facts, pvk, zck }: SimIssuer) {
    const o = {
      name: facts.id,
      link: facts.id,
      hsm: this.hsms[index + 1]!,
      store: this.issuerStores[index]!,
    };
    const node = await IssuerNode.open({
      ...this.#ports(o, life),
      ...(this.#o.bugs.issuer.size > 0 ? { bugs: this.#o.bugs.issuer } : {}),
      settings: {
        issuerId: facts.id,
        acquirer: ACQUIRER_ID,
        link: ACQUIRER_LINK,
        currency: CURRENCY,
        pvk,
        zck,
        limits: DEFAULT_LIMITS,
      },
    });
    const handler = (chunk: Parameters<IssuerNode['onRequests']>[0]) => node.onRequests(chunk);
    return {
      onTick: () => node.onTick(),
      reads: [{ topic: issuerRequests(facts.id), partition: 0, handler }],
    };
  }
}
