/**
 * The end-to-end benchmark: whole withdrawals, from the customer at the keypad to the notes, through
 * ATM, switch and issuer with real PIN cryptography, everything durable.
 *
 *   npm run bench:e2e [-- --json] [--quick | --full] [--terminals N] [--only embedded|kafka]
 *   npm run bench:e2e -- --minutes 10      memory at half load over time, embedded
 *
 * Rows: the all-in-one program (embedded bus, its own PostgreSQL) by number of cards; separate
 * processes on a real Kafka by number of partitions; and bare kafkajs over the same four hops with
 * messages of the same size, as baseline. Each starts on a fresh folder. Linux: reads /proc.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import kafkajs from 'kafkajs';
import { prepare } from '../scripts/prepare.mjs';
import { measure } from './e2e/measure.mjs';
import { flatMemory } from './e2e/memory.mjs';
import { startProgram } from './e2e/program.mjs';
import { flatRows, loadRows } from './e2e/rows.mjs';
import { runRelay } from './relay.mjs';

/** Bytes of a sealed 0200 on the bus: what the relay carries. */
const MESSAGE_BYTES = 330;

const PLANS = {
  quick: { cards: [100_000], partitions: [4], seconds: 4, relaySeconds: 3 },
  default: { cards: [1_000, 100_000], partitions: [1, 4, 16], seconds: 6, relaySeconds: 6 },
  full: {
    cards: [1_000, 100_000, 1_000_000],
    partitions: [1, 4, 16],
    seconds: 15,
    relaySeconds: 10,
  },
};

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    only: { type: 'string' },
    terminals: { type: 'string', default: '1000' },
    minutes: { type: 'string' },
  },
});
const plan = PLANS[options.full ? 'full' : options.quick ? 'quick' : 'default'];
const terminals = Number(options.terminals);
const wants = (part) => options.only === undefined || options.only === part;
const say = (line) => process.stderr.write(`${line}\n`);

const rows = [];
function add(more) {
  rows.push(...more);
  if (options.json) return;
  for (const { name, value, unit, baseline, ratio } of more) {
    const against = ratio === null ? '' : `  (${ratio} of ${baseline})`;
    console.log(`${name.padEnd(58)} ${String(value).padStart(9)} ${unit}${against}`);
  }
}

async function withProgram(parts, use) {
  const program = await startProgram({ terminals, ...parts });
  try {
    return await use(program);
  } finally {
    await program.stop();
  }
}

async function embedded() {
  for (const cards of plan.cards) {
    const name = `embedded, ${count(cards)} cards`;
    say(`${name} …`);
    await withProgram({ kind: 'start', cards }, async (program) => {
      add(loadRows(name, await measure(program, { seconds: plan.seconds, say }), null));
    });
  }
}

/** The broker of each run is fresh: its topics have as many partitions as the run wants. */
async function withBroker(use) {
  const { start } = await import('../scripts/kafka/broker.mjs');
  const folder = mkdtempSync(join(os.tmpdir(), 'pinfold-e2e-kafka-'));
  const broker = await start(folder, { profile: 'server', say });
  try {
    return await use(broker.brokers.join(','), broker.pid);
  } finally {
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function makeTopics(brokers, numPartitions) {
  const { allTopics } = await import('../dist/libs/messages/src/index.js');
  const { ISSUERS } = await import('../dist/libs/flows/src/index.js');
  const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: 0 });
  const admin = kafka.admin();
  await admin.connect();
  const topics = allTopics(ISSUERS.map(({ id }) => id));
  await admin.createTopics({
    waitForLeaders: true,
    topics: topics.map((topic) => ({ topic, numPartitions, replicationFactor: 1 })),
  });
  await admin.disconnect();
}

async function overKafka() {
  say(`bare kafkajs, ${MESSAGE_BYTES} bytes …`);
  const relay = await withBroker((brokers) =>
    runRelay({ brokers, seconds: plan.relaySeconds, payloadBytes: MESSAGE_BYTES }),
  );
  if (relay.lost > 0) throw new Error(`the relay lost ${relay.lost} messages`);
  add(relayRowsOf(relay));
  for (const partitions of plan.partitions) {
    const name = `Kafka, ${partitions} partition${partitions === 1 ? '' : 's'}`;
    say(`${name} …`);
    await withBroker(async (brokers, kafkaPid) => {
      await makeTopics(brokers, partitions);
      const cards = 100_000;
      const parts = { kind: 'cluster', cards, kafkaPid, env: { KAFKA_BROKERS: brokers } };
      await withProgram(parts, async (program) => {
        add(loadRows(name, await measure(program, { seconds: plan.seconds, say }), relay));
      });
    });
  }
}

function relayRowsOf({ perSecond, atLoad }) {
  const row = (name, value, unit) => ({ name, value, unit, baseline: null, ratio: null });
  return [
    row('bare kafkajs, most', perSecond, 'messages/s'),
    row('bare kafkajs, half load, p50', atLoad.p50, 'ms'),
    row('bare kafkajs, half load, p99', atLoad.p99, 'ms'),
    row('bare kafkajs, half load, p99.9', atLoad.p999, 'ms'),
  ];
}

function count(n) {
  return n >= 1_000_000 ? `${n / 1_000_000}M` : n >= 1_000 ? `${n / 1_000}k` : String(n);
}

prepare();
const machine = `${os.cpus().length} x ${os.cpus()[0].model.trim()}, Node ${process.versions.node}`;
const date = new Date().toISOString().slice(0, 10);
if (!options.json) {
  const load = os.loadavg()[0].toFixed(1);
  console.log(`${machine}, ${date}, load average before ${load}, ${terminals} terminals`);
}
if (options.minutes !== undefined) {
  const cards = 200_000;
  await withProgram({ kind: 'start', cards }, async (program) => {
    const minutes = Number(options.minutes);
    add(flatRows(await flatMemory(program, { minutes, seconds: plan.seconds, say })));
  });
} else {
  if (wants('embedded')) await embedded();
  if (wants('kafka')) await overKafka();
}
if (options.json) console.log(JSON.stringify({ machine, date, rows }));
