/** A fleet on the embedded bus with a switch that answers: Nest, ticks, traffic, shutdown. */
import { EmbeddedBus } from '@pinfold/bus';
import { AtmFleet, ISSUERS, MemoryAtmStore, systemClock } from '@pinfold/flows';
import { type BusRecord, TOPICS } from '@pinfold/messages';
import { Metrics, SILENT_LOGGER } from '@pinfold/platform';
import {
  newTerminal,
  plainVault,
  plainWire,
  seededRandom,
  TestSwitch,
} from '../../../libs/flows/src/atm/testing.js';
import { until } from '../../../libs/platform/src/testing/until.js';
import { fleetObserver } from './observer.js';
import { type RunningAtm, startAtm } from './start-atm.js';
import { demoCustomers } from './traffic/customers.js';
import { TrafficGenerator, type TrafficOptions } from './traffic/traffic-generator.js';
import { withdrawalRoute } from './withdrawal-route.js';

const TERMINALS = ['ATM00001', 'ATM00002', 'ATM00003'];

describe('a fleet on the bus', () => {
  let bus: EmbeddedBus;
  let fleet: AtmFleet;
  let store: MemoryAtmStore;
  let net: TestSwitch;
  let metrics: Metrics;
  let running: RunningAtm | undefined;

  beforeEach(async () => {
    bus = new EmbeddedBus();
    await bus.ensureTopics([TOPICS.atmRequests, TOPICS.atmAnswers, TOPICS.eventsTerminal], 2);
    net = new TestSwitch();
    await bus.subscribe({ topics: [TOPICS.atmRequests], group: 'switch' }, async (chunk) => {
      const answers = chunk.flatMap((record): BusRecord[] => {
        const answer = net.answer(record);
        return answer === undefined ? [] : [answer];
      });
      await bus.send(answers);
    });
    store = new MemoryAtmStore();
    metrics = new Metrics({ service: 'test', process: false });
    fleet = new AtmFleet(
      {
        clock: systemClock,
        random: seededRandom(11),
        store,
        wire: plainWire,
        vault: plainVault,
        send: (records) => bus.send(records),
        observe: fleetObserver({ logger: SILENT_LOGGER, metrics }),
        padStorageKey: () => new Uint8Array(32).fill(4),
        schedule: (run) => void setTimeout(run, 1),
      },
      { acquirer: '100001', currency: '978' },
    );
    await fleet.recover();
    await fleet.install(TERMINALS.map(newTerminal));
  });

  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await bus.close();
  });

  async function start(traffic?: Partial<TrafficOptions>): Promise<TrafficGenerator | undefined> {
    const customers = demoCustomers({
      issuers: ISSUERS,
      cardsPerIssuer: 10,
      pinsOf: async (pans) => pans.map(() => '1234'),
    });
    const generator =
      traffic &&
      new TrafficGenerator(fleet, customers, { ratePerSecond: 200, seed: 's', ...traffic });
    running = await startAtm(bus, {
      fleet,
      logger: SILENT_LOGGER,
      tickMs: 5,
      ...(generator ? { traffic: generator } : {}),
    });
    await until(
      () => TERMINALS.every((terminal) => fleet.isFree(terminal)) || traffic !== undefined,
    );
    return generator;
  }

  it('comes into service and pays', async () => {
    await start();
    const order = { pan: '4000000000000010', pin: '1234', expiry: '3012', amountMinor: 5_000n };
    const result = await fleet.withdraw({ terminal: 'ATM00002', ...order });
    expect(result).toMatchObject({ outcome: 'dispensed', dispensedMinor: 5_000n });
    const { body } = await metrics.text();
    expect(body).toMatch(/observations_total\{what="withdrawal-dispensed",service="test"\} 1/);
    expect(body).not.toContain('4000000000000010');
  });

  it('serves customers who come at their own pace, and lets them finish at the end', async () => {
    const traffic = (await start({ ratePerSecond: 200 }))!;
    const counted: bigint[] = [];
    await until(() => {
      const { dispensed } = traffic.take();
      counted.push(BigInt(dispensed));
      return counted.reduce((a, b) => a + b, 0n) >= 20n;
    });
    await running!.stop();
    expect(fleet.inProgress).toBe(0);
    const { outMinor, journalMinor } = await store.cashPosition();
    const posted = [...net.postedMinor.values()].reduce((a, b) => a + b, 0n);
    expect(outMinor).toBe(journalMinor);
    expect(posted).toBe(journalMinor);
  });

  it('answers an order by HTTP with what became of it', async () => {
    await start();
    const { handle, answer } = withdrawalRoute(fleet);
    const body = { pan: '4000000000000010', pin: '1234', amountMinor: 5_000 };
    const document = await handle({ params: undefined, query: undefined, body });
    expect(answer.parse(document)).toMatchObject({
      approved: true,
      responseCode: '00',
      currency: 'EUR',
    });
    const odd = handle({ params: undefined, query: undefined, body: { ...body, amountMinor: 7 } });
    await expect(odd).rejects.toMatchObject({ code: 'conflict' });
  });
});
