/**
 * `npm run kafka`: a single-node Apache Kafka on the loopback address, without Docker, until Ctrl-C.
 *
 *   npm run kafka -- [--data DIR] [--port N] [--profile fast|server] [--ready-file F] [--end-with PID]
 *
 * `--ready-file` is written when the broker can be used: {"brokers", "pid"}, or {"error"}.
 * `--end-with`: ends, and removes the data folder, when that process is gone (for tests).
 */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { prepare, root } from './prepare.mjs';

const LOOK_MS = 500;
const EXIT_USAGE = 2;
const EXIT_ENVIRONMENT = 3;

const options = {
  data: { type: 'string' },
  port: { type: 'string' },
  profile: { type: 'string', default: 'server' },
  'ready-file': { type: 'string' },
  'end-with': { type: 'string' },
  help: { type: 'boolean' },
};

const say = (text) => process.stderr.write(`kafka: ${text}\n`);

function readArguments() {
  try {
    const { values } = parseArgs({ options });
    const port = values.port === undefined ? 9092 : Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      throw new Error('--port is 0 to 65535');
    if (!['fast', 'server'].includes(values.profile))
      throw new Error('--profile is fast or server');
    return { ...values, port };
  } catch (error) {
    say(error.message);
    process.exit(EXIT_USAGE);
  }
}

/** In one step, so that nobody reads half of it. */
function writeReadyFile(file, content) {
  if (!file) return;
  writeFileSync(`${file}.new`, JSON.stringify(content));
  renameSync(`${file}.new`, file);
}

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

async function main() {
  const given = readArguments();
  if (given.help) {
    console.log(
      'npm run kafka -- [--data DIR] [--port N] [--profile fast|server] [--ready-file F] [--end-with PID]',
    );
    return;
  }
  if (!existsSync(join(root, 'node_modules', 'kafkajs'))) prepare();
  const { start } = await import('./kafka/broker.mjs');
  const data = given.data ?? join(process.env.PINFOLD_DATA_DIR ?? '.pinfold', 'kafka');
  const broker = await start(data, { port: given.port, profile: given.profile, say }).catch(
    (error) => {
      writeReadyFile(given['ready-file'], { error: error.message });
      say(error.message);
      process.exit(EXIT_ENVIRONMENT);
    },
  );
  const [address] = broker.brokers;
  writeReadyFile(given['ready-file'], { brokers: address, pid: process.pid });
  say(`Apache Kafka ${broker.version}, ready in ${broker.readyMs} ms, data in ${broker.folder}`);
  say(`use it with KAFKA_BROKERS=${address}; Ctrl-C stops it`);

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await broker.stop();
    process.exit(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const owner = Number(given['end-with'] ?? 0);
  for (;;) {
    await sleep(LOOK_MS);
    if (stopping) continue;
    if (owner > 0 && !isAlive(owner)) {
      await broker.kill();
      rmSync(broker.folder, { recursive: true, force: true });
      process.exit(0);
    }
    if (broker.pid === undefined) {
      say(`the broker has ended; see ${broker.logFile}`);
      process.exit(1);
    }
  }
}

await main();
