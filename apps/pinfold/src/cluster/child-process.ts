/**
 * One service of a cluster as a process: started, watched, started again when it dies, stopped in
 * order. It says at each start where it serves HTTP. What it prints goes to a file of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { listeningSchema } from '@pinfold/platform';

export interface ServiceSpec {
  readonly name: string;
  /** Built program, and its arguments. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
}

/** A service that died waits this long before it is started again, doubling up to the maximum. */
const RESTART_FIRST_MS = 200;
const RESTART_MAX_MS = 5_000;
/** A service that has lived this long is well again. */
const WELL_AFTER_MS = 30_000;
const STOP_TIMEOUT_MS = 35_000;
const LOOK_MS = 100;

export class ServiceProcess {
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;
  #stopping = false;
  #failures = 0;
  #http: number | undefined;
  restarts = 0;
  /** Hears each line of the service's log; set before `start`. */
  onLogLine: ((line: string) => void) | undefined;

  constructor(
    readonly spec: ServiceSpec,
    private readonly tell: (line: string) => void,
  ) {
    this.#log = createWriteStream(spec.logFile, { flags: 'a', mode: 0o600 });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Where it serves HTTP, once it has said so: another port after each start. */
  get http(): number | undefined {
    return this.#http;
  }

  /** @throws Error it serves nothing, or does not answer */
  async fetch(path: string, init: RequestInit): Promise<Response> {
    if (this.#http === undefined) throw new Error(`${this.spec.name} serves nothing yet`);
    return fetch(`http://127.0.0.1:${this.#http}${path}`, init);
  }

  start(): void {
    const { program, args, env } = this.spec;
    const child = spawn(process.execPath, [program, ...args], {
      env,
      // A group of its own: Ctrl-C reaches the parent alone, which stops the services in order. The
      // channel tells a service when the parent is gone.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child.stdout?.pipe(this.#log, { end: false });
    child.stderr?.pipe(this.#log, { end: false });
    if (child.stderr !== null && this.onLogLine !== undefined) {
      createInterface({ input: child.stderr }).on('line', this.onLogLine);
    }
    const startedMs = Date.now();
    child.on('message', (message) => {
      const heard = listeningSchema.safeParse(message);
      if (heard.success) this.#http = heard.data.http;
    });
    child.once('exit', (code, signal) => {
      this.#child = undefined;
      this.#http = undefined;
      if (this.#stopping) return;
      this.#failures = Date.now() - startedMs > WELL_AFTER_MS ? 1 : this.#failures + 1;
      const waitMs = Math.min(RESTART_FIRST_MS * 2 ** (this.#failures - 1), RESTART_MAX_MS);
      this.tell(`${this.spec.name} ended (${signal ?? `code ${code}`}); started again`);
      setTimeout(() => this.#restart(), waitMs);
    });
    this.#child = child;
  }

  /** True once its own readiness check says so. */
  async isReady(): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(2_000);
      return (await this.fetch('/health/ready', { signal })).ok;
    } catch {
      return false;
    }
  }

  /** Resolves when ready; rejects when it is not within the time. */
  async ready(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const untilMs = Date.now() + timeoutMs;
    while (!signal.aborted) {
      if (await this.isReady()) return;
      if (Date.now() > untilMs) {
        throw new Error(`${this.spec.name} is not ready; its log is ${this.spec.logFile}`);
      }
      await sleep(LOOK_MS);
    }
  }

  /** As Ctrl-C would; a process that does not end within its time is killed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child !== undefined) {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const late = sleep(STOP_TIMEOUT_MS, undefined, { ref: false }).then(() => {
        child.kill('SIGKILL');
        return ended;
      });
      await Promise.race([ended, late]);
    }
    this.#log.end();
  }

  #restart(): void {
    if (this.#stopping) return;
    this.restarts += 1;
    this.start();
  }
}
