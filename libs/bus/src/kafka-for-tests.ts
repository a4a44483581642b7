/**
 * A real Kafka for specs: one broker per Jest run, started by whoever asks first, ended with the run.
 *
 * `KAFKA_BROKERS`, when set, is used instead. Where Java or Maven is missing the answer is undefined
 * and specs skip; with `PINFOLD_REQUIRE_SERVERS=1` it is an error. Only specs import this file.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../../scripts/kafka.mjs', import.meta.url));
/** The first start on a machine fetches the broker. */
const PATIENCE_MS = 180_000;
const LOOK_MS = 100;

/** Addresses as in `KAFKA_BROKERS`, or undefined when no broker can be started here. */
export async function startKafkaForTests(): Promise<string | undefined> {
  if (process.env.KAFKA_BROKERS) return process.env.KAFKA_BROKERS;
  const started = await askForBroker();
  if (started.brokers !== undefined) {
    process.env.KAFKA_BROKERS = started.brokers;
    return started.brokers;
  }
  if (process.env.PINFOLD_REQUIRE_SERVERS === '1')
    throw new Error(`a Kafka is required and could not be started: ${started.error}`);
  process.stderr.write(`no Kafka for this test: ${started.error}\n`);
  return undefined;
}

/** The Jest process that lasts for the whole run: this one, or the parent of a worker. */
function runOwner(): number {
  return process.send === undefined ? process.pid : process.ppid;
}

interface Started {
  readonly brokers?: string;
  readonly pid?: number;
  readonly error?: string;
}

async function askForBroker(): Promise<Started> {
  const owner = runOwner();
  const folder = join(tmpdir(), `pinfold-test-kafka-${owner}`);
  const readyFile = join(folder, 'ready.json');
  removeLeftover(folder, readyFile);
  if (isFirst(folder)) startBroker({ folder, readyFile, owner });
  const giveUp = Date.now() + PATIENCE_MS;
  while (!existsSync(readyFile)) {
    if (Date.now() > giveUp) return { error: 'the broker was not ready in time' };
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return JSON.parse(readFileSync(readyFile, 'utf8'));
}

function startBroker(o: { folder: string; readyFile: string; owner: number }): void {
  const place = ['--port', '0', '--profile', 'fast', '--data', o.folder];
  const life = ['--ready-file', o.readyFile, '--end-with', String(o.owner)];
  const child = spawn(process.execPath, [SCRIPT, ...place, ...life], {
    detached: true,
    stdio: 'ignore',
  });
  child.unref();
}

/** Of a run that was killed together with its broker, and whose process number has come again. */
function removeLeftover(folder: string, readyFile: string): void {
  const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? {};
  if (mtimeMs === undefined) return;
  const ready = existsSync(readyFile)
    ? (JSON.parse(readFileSync(readyFile, 'utf8')) as Started)
    : {};
  const neverReady = ready.pid === undefined && Date.now() - mtimeMs > PATIENCE_MS;
  const ended = ready.pid !== undefined && !isAlive(ready.pid);
  if (neverReady || ended) rmSync(folder, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
