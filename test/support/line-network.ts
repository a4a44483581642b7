/** Switch and issuers on a bus in memory, with real devices: what lines of ISO 8583 connect to. */
import { EmbeddedBus } from '@pinfold/bus';
import { IssuerNode, MemoryIssuerStore, MemorySwitchStore, systemClock } from '@pinfold/flows';
import { type HsmClient, HsmUnavailable, inProcessClient } from '@pinfold/hsm-client';
import { allTopics, type BusRecord, issuerRequests, maskPan } from '@pinfold/messages';
import { createLogger } from '@pinfold/platform';
import {
  type IsoPort,
  type IsoPortOptions,
  type RunningSwitch,
  startIsoPort,
  startSwitch,
  switchOptions,
} from '../../apps/switch/src/index.js';
import { until } from '../../libs/platform/src/testing/until.js';
import {
  type Fixture,
  fixture,
  productionSession,
  terminalAlgorithm,
} from '../../libs/simulation/src/fixture.js';
import { PlainWire } from '../../libs/simulation/src/plain-wire.js';
import { Rng } from '../../libs/simulation/src/rng.js';

export const logger = createLogger({ service: 'test', form: 'json', level: 'silent' });

const OPENING_MINOR = 100_000n;

export type LineIssuer = Fixture['issuers'][number];

export class LineNetwork {
  readonly bus = new EmbeddedBus();
  readonly store = new MemorySwitchStore();
  readonly issuerStores = new Map<string, MemoryIssuerStore>();
  readonly parts = fixture();
  readonly random = new Rng(8583).bytes;
  switch!: RunningSwitch;
  readonly #ports: IsoPort[] = [];
  /** While true, the switch has no device: as when every HSM of its pool is gone. */
  hsmGone = false;
  #held: BusRecord[] | undefined;

  /** `without`: issuers that are not on the bus; a line is to reach them. */
  static async open({ without = [] }: { without?: readonly string[] } = {}): Promise<LineNetwork> {
    const network = new LineNetwork();
    const { parts, bus, store } = network;
    parts.hands.clock = systemClock;
    await bus.ensureTopics(allTopics(parts.issuers.map(({ facts }) => facts.id)), 2);
    for (const issuer of parts.issuers) {
      const { id } = issuer.facts;
      const node = await network.issuerNode(issuer, (records) => network.#answer(records));
      if (without.includes(id)) continue;
      const topics = [issuerRequests(id)];
      await bus.subscribe({ topics, group: id }, (chunk) => node.onRequests(chunk));
    }
    const keys = [...parts.terminalKeys, ...parts.issuers.map(({ acquirerZck }) => acquirerZck)];
    await store.transact((tx) => tx.save({ keys }));
    network.switch = await startSwitch(bus, {
      settings: { ...switchOptions({ mode: 'hardened', standIn: null }), terminalAlgorithm },
      store,
      hsm: network.#mayBeGone(inProcessClient(parts.acquirer, productionSession(parts.acquirer))),
      wire: new PlainWire('acq1'),
      random: network.random,
      clock: systemClock,
      logger,
    });
    return network;
  }

  /** An issuer that sends where it is told. */
  async issuerNode(
    { facts, device, pvk, zck, cards }: LineIssuer,
    send: (records: Parameters<EmbeddedBus['send']>[0]) => Promise<void>,
  ): Promise<IssuerNode> {
    const store = new MemoryIssuerStore(systemClock);
    const wire = new PlainWire(facts.id);
    this.issuerStores.set(facts.id, store);
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
    return IssuerNode.open({
      clock: systemClock,
      random: this.random,
      hsm: inProcessClient(device, productionSession(device)),
      store,
      wire,
      send,
      observe: () => undefined,
      settings: {
        issuerId: facts.id,
        acquirer: '100001',
        link: 'acq1',
        currency: '978',
        pvk,
        zck,
        limits: { amountPerDayMinor: 1_000_000n, countPerDay: 100, pinTries: 3 },
      },
    });
  }

  async serve(options: Pick<IsoPortOptions, 'lines'> & Partial<IsoPortOptions>): Promise<IsoPort> {
    const { bus, store } = this;
    const port = await startIsoPort({
      port: 0,
      bus,
      store,
      terminalWire: new PlainWire('atm'),
      issuerWire: (issuer) => new PlainWire(issuer),
      logger,
      ...options,
    });
    this.#ports.push(port);
    return port;
  }

  #mayBeGone(client: HsmClient): HsmClient {
    const there = <T>(answer: () => Promise<T>): Promise<T> =>
      this.hsmGone ? Promise.reject(new HsmUnavailable('NO_DEVICE')) : answer();
    return {
      execute: (jobs) => there(() => client.execute(jobs)),
      run: (command, inputs) => there(() => client.run(command, inputs)),
    };
  }

  /** Issuers' answers wait until they are released. */
  holdAnswers(): { readonly waiting: number; release(): Promise<void> } {
    const held: BusRecord[] = [];
    this.#held = held;
    return {
      get waiting() {
        return held.length;
      },
      release: async () => {
        this.#held = undefined;
        await this.bus.send(held);
      },
    };
  }

  async #answer(records: readonly BusRecord[]): Promise<void> {
    if (this.#held === undefined) await this.bus.send(records);
    else this.#held.push(...records);
  }

  signedOn(): Promise<void> {
    return until(() => this.switch.node.status().every(({ signedOn, down }) => signedOn && !down));
  }

  /** Sum of what one issuer has posted, in minor units. */
  async postedMinor(issuer: string): Promise<bigint> {
    let sum = 0n;
    for await (const { postedMinor } of this.issuerStores
      .get(issuer)!
      .postedByRrn(0, Number.MAX_SAFE_INTEGER)) {
      sum += postedMinor;
    }
    return sum;
  }

  async close(): Promise<void> {
    for (const port of this.#ports) await port.close();
    await this.switch.stop();
    await this.bus.close();
  }
}
