/** `pinfold start` or `pinfold cluster` as a process, and what it leaves in its data folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from './system-under-test.js';

const STOP_TIMEOUT_MS = 120_000;
const PRINTED_MAX = 20_000;

export class MainProcess {
  #child: ChildProcess | undefined;
  #exited: Promise<number | null> = Promise.resolve(null);
  #address: Address | undefined;
  printed = '';

  constructor(
    readonly o: {
      readonly program: string;
      readonly args: readonly string[];
      readonly dataDir: string;
      readonly env: Readonly<Record<string, string>>;
    },
  ) {}

  get #readyFile(): string {
    return join(this.o.dataDir, 'ready.json');
  }

  get isAlive(): boolean {
    return this.#child !== undefined;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  launch(): void {
    const { program, args, dataDir, env } = this.o;
    rmSync(this.#readyFile, { force: true });
    this.#address = undefined;
    const child = spawn(
      process.execPath,
      [program, ...args, '--data', dataDir, '--ready-file', this.#readyFile],
      {
        env: { ...cleanEnvironment(), PINFOLD_HTTP_PORT: '0', PINFOLD_ISO_PORT: '0', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.printed = (this.printed + chunk.toString()).slice(-PRINTED_MAX);
      });
    }
    this.#exited = new Promise((resolve) =>
      child.once('exit', (code) => {
        if (this.#child === child) this.#child = undefined;
        this.#address = undefined;
        resolve(code);
      }),
    );
  }

  address(): Address | undefined {
    if (this.#child === undefined) return undefined;
    if (this.#address !== undefined) return this.#address;
    try {
      const { http } = JSON.parse(readFileSync(this.#readyFile, 'utf8')) as { http: number };
      const token = readFileSync(join(this.o.dataDir, 'api-token'), 'utf8').trim();
      this.#address = { http, token };
    } catch {
      // not ready yet
    }
    return this.#address;
  }

  async kill(): Promise<boolean> {
    const child = this.#child;
    this.#address = undefined;
    const there = child?.kill('SIGKILL') ?? false;
    await this.#exited;
    return there;
  }

  /** Ctrl-C; a process that does not end is killed, and its code is null. */
  async stop(): Promise<number | null> {
    const child = this.#child;
    child?.kill('SIGINT');
    const late = sleep(STOP_TIMEOUT_MS, undefined, { ref: false }).then(() => {
      child?.kill('SIGKILL');
      return this.#exited;
    });
    return Promise.race([this.#exited, late]);
  }
}

/** Without settings of the harness's own environment that would reach the program. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(PINFOLD_|DATABASE_URL|KAFKA_BROKERS|NODE_OPTIONS|JEST_)/.test(name),
  );
  return { ...Object.fromEntries(inherited), NODE_ENV: 'production' };
}
