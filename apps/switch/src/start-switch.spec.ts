/** The switch under Nest on the embedded bus, with a real device: it keys and signs on its links. */
import { EmbeddedBus } from '@pinfold/bus';
import { IssuerNode, MemoryIssuerStore, MemorySwitchStore, systemClock } from '@pinfold/flows';
import { inProcessClient } from '@pinfold/hsm-client';
import { allTopics, issuerRequests } from '@pinfold/messages';
import { createLogger, Metrics } from '@pinfold/platform';
import { until } from '../../../libs/platform/src/testing/until.js';
import { fixture, productionSession } from '../../../libs/simulation/src/fixture.js';
import { PlainWire } from '../../../libs/simulation/src/plain-wire.js';
import { Rng } from '../../../libs/simulation/src/rng.js';
import { switchOptions } from './settings.js';
import { type RunningSwitch, startSwitch } from './start-switch.js';
import { SwitchMetrics } from './switch-metrics.js';

const logger = createLogger({ service: 'test', form: 'json', level: 'silent' });
const { acquirer, issuers } = fixture();
const random = new Rng(5).bytes;

describe('the switch on a bus', () => {
  let bus: EmbeddedBus;
  let running: RunningSwitch | undefined;

  beforeEach(async () => {
    bus = new EmbeddedBus();
    await bus.ensureTopics(allTopics(issuers.map(({ facts }) => facts.id)), 2);
    for (const { facts, device, pvk, zck } of issuers)
      await startIssuerNode(facts.id, { device, pvk, zck });
  });
  afterEach(async () => {
    await running?.stop();
    await bus.close();
  });

  async function startIssuerNode(
    issuerId: string,
    { device, pvk, zck }: Pick<(typeof issuers)[number], 'device' | 'pvk' | 'zck'>,
  ): Promise<void> {
    const node = await IssuerNode.open({
      clock: systemClock,
      random,
      hsm: inProcessClient(device, productionSession(device)),
      store: new MemoryIssuerStore(systemClock),
      wire: new PlainWire(issuerId),
      send: (records) => bus.send(records),
      observe: () => undefined,
      settings: {
        issuerId,
        acquirer: '100001',
        link: 'acq1',
        currency: '978',
        pvk,
        zck,
        limits: { amountPerDayMinor: 1n, countPerDay: 1, pinTries: 3 },
      },
    });
    const topics = [issuerRequests(issuerId)];
    await bus.subscribe({ topics, group: issuerId }, (chunk) => node.onRequests(chunk));
  }

  async function start(store: MemorySwitchStore, metrics: SwitchMetrics): Promise<RunningSwitch> {
    running = await startSwitch(bus, {
      settings: switchOptions({ mode: 'hardened' }),
      store,
      hsm: inProcessClient(acquirer, productionSession(acquirer)),
      wire: new PlainWire('acq1'),
      random,
      clock: systemClock,
      logger,
      metrics,
    });
    return running;
  }

  it('gives each issuer zone keys and signs on, and needs neither again after a restart', async () => {
    const registry = new Metrics({ service: 'test', process: false });
    const metrics = new SwitchMetrics(
      registry,
      issuers.map(({ facts }) => facts.id),
    );
    const store = new MemorySwitchStore();
    const keys = issuers.map(({ acquirerZck }) => acquirerZck);
    await store.transact((tx) => tx.save({ keys }));
    const first = await start(store, metrics);
    await until(() => first.node.status().every(({ signedOn, down }) => signedOn && !down));
    expect(first.node.status().map(({ keyVersion }) => keyVersion)).toEqual([1, 1]);
    await until(() => store.outbox.size === 0);
    await first.stop();
    const second = await start(store, metrics);
    await until(() => second.node.status().every(({ signedOn }) => signedOn));
    expect(second.node.status().map(({ keyVersion }) => keyVersion)).toEqual([1, 1]);
    const { body } = await registry.text();
    expect(body).toMatch(/observations_total\{what="zone-keys-offered",service="test"\} 2/);
  });
});

describe('settings', () => {
  it('routes by prefix and uses AES towards BANK-B in hardened mode only', () => {
    const formats = (mode: 'hardened' | 'legacy') =>
      switchOptions({ mode }).issuers.map(({ pinFormat }) => pinFormat);
    expect(formats('hardened')).toEqual(['iso0', 'iso4']);
    expect(formats('legacy')).toEqual(['iso0', 'iso0']);
    expect(switchOptions({ mode: 'legacy', standIn: null }).issuers[0]!.standIn).toBeUndefined();
  });
});
