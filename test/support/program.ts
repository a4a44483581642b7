/** Runs the program as a user does: as a process of its own, the built one. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = new URL('../..', import.meta.url).pathname;
/** The built program: `npm test` has prepared it. */
const BIN = join(ROOT, 'dist/apps/pinfold/src/main.js');
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 90_000;

export interface CliAnswer {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One command, to its end. */
export function pinfold(args: readonly string[], env: NodeJS.ProcessEnv = {}): CliAnswer {
  const done = spawnSync(process.execPath, [BIN, ...args], {
    encoding: 'utf8',
    env: cleanEnvironment(env),
    timeout: START_TIMEOUT_MS,
  });
  return { exit: done.status, stdout: done.stdout, stderr: done.stderr };
}

/** The environment of the test without settings that would reach the program. */
export function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(PINFOLD_|DATABASE_URL|KAFKA_BROKERS|NODE_OPTIONS|JEST_)/.test(name),
  );
  return { ...Object.fromEntries(inherited), NODE_ENV: 'production', ...env };
}

export interface Ready {
  readonly pid: number;
  readonly http: number;
  readonly mode: string;
}

export class RunningProgram {
  readonly #child: ChildProcess;
  readonly dataDir: string;
  ready!: Ready;
  /** Everything it has printed. */
  printed = '';

  constructor(child: ChildProcess, dataDir: string) {
    this.#child = child;
    this.dataDir = dataDir;
    child.stdout?.on('data', (chunk: Buffer) => {
      this.printed += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.printed += chunk.toString();
    });
  }

  cli(...args: string[]): CliAnswer {
    return pinfold(args, { PINFOLD_DATA_DIR: this.dataDir });
  }

  /** The one JSON document of a command. */
  json<T>(...args: string[]): T & { exit: number | null } {
    const { stdout, exit } = this.cli(...args, '--json');
    return { ...(JSON.parse(stdout) as T), exit };
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.ready.http}${path}`, init);
  }

  token(): string {
    return readFileSync(join(this.dataDir, 'api-token'), 'utf8').trim();
  }

  /** Ctrl-C; gives the exit code. */
  stop(): Promise<number | null> {
    return this.#end('SIGINT');
  }

  kill(): Promise<number | null> {
    return this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
      return this.#child.exitCode;
    }
    const ended = new Promise<number | null>((resolve) => this.#child.once('exit', resolve));
    this.#child.kill(signal);
    const late = sleep(STOP_TIMEOUT_MS, undefined, { ref: false }).then(() => {
      this.#child.kill('SIGKILL');
      return ended;
    });
    return Promise.race([ended, late]);
  }
}

/** Kills a process that a test has started itself; resolves when it is gone. */
export function endProcess(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

/** A data folder of the test's own; `remove` takes it away again. */
export function testFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'pinfold-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

export async function startProgram(
  dataDir: string,
  {
    command = 'start',
    args = [],
    env = {},
  }: { command?: 'start' | 'cluster'; args?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
): Promise<RunningProgram> {
  const readyFile = join(dataDir, `ready-${Date.now()}.json`);
  const child = spawn(process.execPath, [BIN, command, '--ready-file', readyFile, ...args], {
    env: cleanEnvironment({
      PINFOLD_DATA_DIR: dataDir,
      PINFOLD_HTTP_PORT: '0',
      PINFOLD_HOST_PORT: '0',
      PINFOLD_ISO_PORT: '0',
      ...env,
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const program = new RunningProgram(child, dataDir);
  const giveUp = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < giveUp) {
    try {
      program.ready = JSON.parse(readFileSync(readyFile, 'utf8')) as Ready;
      return program;
    } catch {
      if (child.exitCode !== null || child.signalCode !== null) break;
      await sleep(50);
    }
  }
  await program.kill();
  throw new Error(`the program was not ready; it printed:\n${program.printed}`);
}
