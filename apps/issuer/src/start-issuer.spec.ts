/** Two issuers in one process on the embedded bus, each with its topic, store and ticks. */
import { EmbeddedBus } from '@pinfold/bus';
import { MemoryIssuerStore } from '@pinfold/flows';
import { allTopics, type BusRecord, TOPICS } from '@pinfold/messages';
import { createLogger, Metrics } from '@pinfold/platform';
import { newCard, SETTINGS } from '../../../libs/flows/src/issuer/testing.js';
import {
  FakeHsm,
  FIRST_KEYS,
  PAN,
  record,
  request,
  testWires,
} from '../../../libs/flows/src/issuer/testing-node.js';
import { until } from '../../../libs/platform/src/testing/until.js';
import { IssuerMetrics } from './issuer-metrics.js';
import { issuerFacts, issuerSchema, issuerSettings } from './settings.js';
import { type RunningIssuer, startIssuer } from './start-issuer.js';

const clock = { now: () => Date.UTC(2026, 10, 21, 12) };
const logger = createLogger({ service: 'test', form: 'json', level: 'silent' });

describe('issuers in one process', () => {
  let bus: EmbeddedBus;
  const running: RunningIssuer[] = [];

  beforeEach(async () => {
    bus = new EmbeddedBus();
    await bus.ensureTopics(allTopics(['bank-a', 'bank-b']), 2);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((issuer) => issuer.stop()));
    await bus.close();
  });

  async function start(issuerId: string, metrics: IssuerMetrics): Promise<MemoryIssuerStore> {
    const store = new MemoryIssuerStore(clock);
    const wire = testWires().issuer;
    await store.saveKeys(FIRST_KEYS);
    await store.createCards([{ ...newCard(1), key: wire.indexOf(PAN) }]);
    const settings = { ...SETTINGS, issuerId };
    const random = (length: number) => new Uint8Array(length);
    const hsm = new FakeHsm().client;
    const options = { settings, store, hsm, wire, random, clock, logger, metrics };
    running.push(await startIssuer(bus, options));
    return store;
  }

  it('answers on the bus what came on its own topic, and counts it', async () => {
    const registry = new Metrics({ service: 'test', process: false });
    const metrics = new IssuerMetrics(registry, ['bank-a', 'bank-b']);
    const a = await start('bank-a', metrics);
    const b = await start('bank-b', metrics);
    const answers: BusRecord[] = [];
    await bus.subscribe({ topics: [TOPICS.switchAnswers], group: 'switch' }, async (chunk) => {
      answers.push(...chunk);
    });
    await bus.send([record(request(1)), record(request(2, { 52: new Uint8Array(8) }))]);
    await until(() => answers.length === 2);
    expect(answers.map(({ headers }) => headers.type)).toEqual(['0210', '0210']);
    const key = testWires().issuer.indexOf(PAN);
    expect((await a.card(key))!.balanceMinor).toBe(9_000n);
    expect((await a.card(key))!.card.tries).toBe(1);
    expect((await b.card(key))!.balanceMinor).toBe(10_000n);
    const { body } = await registry.text();
    expect(body).toMatch(/answers_total\{issuer="bank-a",code="00",service="test"\} 1/);
    expect(body).toMatch(/answers_total\{issuer="bank-a",code="55",service="test"\} 1/);
    expect(body).not.toContain(PAN);
  });

  it('stops, and starts again', async () => {
    const registry = new Metrics({ service: 'test', process: false });
    const metrics = new IssuerMetrics(registry, ['bank-a']);
    await start('bank-a', metrics);
    await running.pop()!.stop();
    const store = await start('bank-a', metrics);
    await bus.send([record(request(1))]);
    const key = testWires().issuer.indexOf(PAN);
    await until(async () => (await store.card(key))!.balanceMinor !== 10_000n);
    expect((await store.card(key))!.balanceMinor).toBe(9_000n);
  });
});

describe('settings', () => {
  it('takes an issuer by its name, and says which there are', () => {
    expect(issuerFacts('BANK-A').id).toBe('bank-a');
    expect(issuerFacts('bank-b').cardPrefix).toBe('510000');
    expect(() => issuerFacts('BANK-C')).toThrow('--issuer is unknown; use BANK-A or BANK-B');
    expect(() => issuerFacts(undefined)).toThrow('--issuer is missing');
  });

  it('names schema, link and acquirer', () => {
    expect(issuerSchema('bank-a')).toBe('issuer_bank_a');
    const settings = issuerSettings(issuerFacts('BANK-A'), { pvk: 'p', zck: 'z' });
    expect(settings).toMatchObject({ acquirer: '100001', link: 'acq1', currency: '978' });
  });
});
