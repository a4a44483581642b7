/** A broker that is killed under load and started again: nothing acknowledged is lost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BusRecord } from '@pinfold/messages';
import { startKafkaForTests } from '../kafka-for-tests.js';
import { KafkaBus } from './kafka-bus.js';

const possible = (await startKafkaForTests()) !== undefined;

interface Broker {
  brokers: string[];
  kill(): Promise<void>;
  start(): Promise<unknown>;
}

(possible ? describe : describe.skip)('KafkaBus and a killed broker', () => {
  let folder: string;
  let broker: Broker;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pinfold-kafka-restart-'));
    const script = new URL('../../../../scripts/kafka/broker.mjs', import.meta.url).href;
    const { start } = (await import(script)) as { start(folder: string): Promise<Broker> };
    broker = await start(folder);
  }, 120_000);
  afterAll(async () => {
    await broker?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it('delivers everything that was acknowledged, in order per key', async () => {
    const fatal: unknown[] = [];
    const bus = await KafkaBus.open({
      brokers: broker.brokers,
      clientId: 'restart',
      onFatal: (error) => fatal.push(error),
    });
    await bus.ensureTopics(['t'], 3);
    const seen = new Map<string, number[]>();
    await bus.subscribe({ topics: ['t'], group: 'g' }, async (chunk) => {
      for (const { key, value } of chunk)
        seen.set(key, [...(seen.get(key) ?? []), Number(new TextDecoder().decode(value))]);
    });
    const record = (key: string, i: number): BusRecord => ({
      topic: 't',
      key,
      value: new TextEncoder().encode(String(i)),
      headers: {},
    });
    const keys = ['a', 'b', 'c', 'd'];
    const rounds = 400;
    const load = (async () => {
      for (let i = 0; i < rounds; i += 1) {
        await bus.send(keys.map((key) => record(key, i)));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await broker.kill();
    await broker.start();
    await load;
    const isComplete = () => keys.every((key) => seen.get(key)?.at(-1) === rounds - 1);
    for (let i = 0; i < 1000 && !isComplete(); i += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    for (const key of keys) {
      const firsts = [...new Set(seen.get(key))];
      expect(firsts).toEqual(Array.from({ length: rounds }, (_, i) => i));
    }
    expect(fatal).toEqual([]);
    await bus.close();
  }, 60_000);
});
