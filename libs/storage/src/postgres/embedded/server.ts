/**
 * The PostgreSQL that the program brings along: started on a free loopback port in the data folder,
 * durable, stopped with the program. After a `kill -9` of the program its server lives on and is taken
 * over at the next start; after a `kill -9` of the server it is started again and recovers.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FolderLock, lockFolder, pidExists } from '@pinfold/platform';
import { type ServerAccount, serverAccount } from './account.js';
import { type Binaries, findBinaries } from './binaries.js';
import { clusterPaths, ensureCluster, folderArgument, SERVER_ENVIRONMENT } from './cluster.js';
import { endPostmaster, type ShutdownMode } from './end-postmaster.js';
import { freePort } from './free-port.js';
import { isNotOurs, logIn, takeOver } from './login.js';
import { isPostmasterAlive, processesInside, readPostmaster } from './postmaster.js';
import { SERVER_DATABASE, SERVER_SETTINGS, SERVER_USER, settingArguments } from './settings.js';

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  /** One line per thing worth telling: created, started, recovered, taken over, restarted, stopped. */
  readonly log: (line: string) => void;
  /** Over the durable defaults; tests pass `THROWAWAY_SETTINGS`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Unexpected ends within ten minutes answered with a new start. Default 5. */
  readonly restartsMax?: number;
  /** Called when the server is gone for good. */
  readonly onLost?: (error: Error) => void;
}

export interface EmbeddedPostgres {
  /** `postgres://pinfold:…@127.0.0.1:PORT/pinfold`: holds the password, not for logs. */
  readonly url: string;
  readonly port: number;
  /** Of the server; changes when it had to be restarted. */
  readonly pid: number;
  /** How this start found it. */
  readonly origin: 'created' | 'started' | 'taken-over';
  /** How to reach it with psql, without the password. */
  readonly psql: string;
  /** Fast shutdown within `timeoutMs` (20 s), then an immediate one, which the next start recovers. */
  stop(timeoutMs?: number): Promise<void>;
}

const RESTARTS_MAX = 5;
const RESTART_WINDOW_MS = 600_000;
/** Recovery after a crash reads up to `max_wal_size` of log. */
const READY_TIMEOUT_MS = 300_000;
const ORPHANS_TIMEOUT_MS = 15_000;
/** A port may be taken between its choice and its use, a server may be killed as it starts. */
const LAUNCH_ATTEMPTS = 5;

/** Starts, or takes over, the server of a data folder. Throws FolderInUseError when a program has it. */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const dataDir = await realpath(options.dataDir);
  const lock = await lockFolder(dataDir, 'postgres');
  try {
    const account = serverAccount();
    const binaries = await findBinaries(account);
    const { password, created } = await ensureCluster({ dataDir, binaries, account });
    const server = new Server({ ...options, dataDir }, binaries, account, lock, password);
    await server.begin(created);
    return server;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

class Server implements EmbeddedPostgres {
  port = 0;
  pid = 0;
  origin: EmbeddedPostgres['origin'] = 'started';
  private readonly paths;
  private stopping: Promise<void> | undefined;
  private watcher: NodeJS.Timeout | undefined;
  private readonly restarts: number[] = [];

  constructor(
    private readonly options: EmbeddedPostgresOptions,
    private readonly binaries: Binaries,
    private readonly account: ServerAccount,
    private readonly lock: FolderLock,
    private readonly password: string,
  ) {
    this.paths = clusterPaths(options.dataDir);
  }

  get url(): string {
    return this.urlAt(this.port);
  }

  private urlAt(port: number): string {
    return `postgres://${SERVER_USER}:${this.password}@127.0.0.1:${port}/${SERVER_DATABASE}`;
  }

  get psql(): string {
    return `PGPASSWORD="$(cat ${this.paths.password})" psql -h 127.0.0.1 -p ${this.port} -U ${SERVER_USER} ${SERVER_DATABASE}`;
  }

  async begin(created: boolean): Promise<void> {
    const { log } = this.options;
    if (!created && (await this.adopt())) {
      log(`took over the running PostgreSQL (process ${this.pid}, port ${this.port})`);
      return;
    }
    await this.launch();
    this.origin = created ? 'created' : 'started';
    log(
      `PostgreSQL ${created ? 'created and ' : ''}started (process ${this.pid}, port ${this.port})`,
    );
  }

  /** True when a server of a dead program was found alive and is ours now. */
  private async adopt(): Promise<boolean> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    for (;;) {
      const found = await readPostmaster(this.paths.cluster);
      if (found === null) return false;
      if (!isPostmasterAlive({ postmaster: found, clusterDir: this.paths.cluster })) {
        await this.clearStale();
        return false;
      }
      this.port = found.port;
      const outcome = found.ready ? await takeOver(this.url) : 'wait';
      if (outcome === 'ours') {
        this.pid = found.pid;
        this.origin = 'taken-over';
        this.watch();
        return true;
      }
      const where = `a PostgreSQL (process ${found.pid}) runs in ${this.paths.cluster}`;
      if (outcome === 'refused') {
        throw new Error(
          `${where} but does not accept the password in ${this.paths.password}: stop it first`,
        );
      }
      if (Date.now() > deadline) {
        throw new Error(`${where} but is not ready after ${READY_TIMEOUT_MS / 1000} s`);
      }
      await sleep(50);
    }
  }

  /**
   * What PostgreSQL does with the file of a dead postmaster, also when its number is used again: waits
   * until none of its processes is left, then removes it. Only where those can be seen (Linux); elsewhere
   * PostgreSQL's own check decides.
   */
  private async clearStale(): Promise<void> {
    if (process.platform !== 'linux') return;
    const deadline = Date.now() + ORPHANS_TIMEOUT_MS;
    for (let inside = processesInside(this.paths.cluster); inside.length > 0; ) {
      if (Date.now() > deadline) {
        throw new Error(
          `processes ${inside.join(', ')} of a killed PostgreSQL still work in ${this.paths.cluster}: stop them first`,
        );
      }
      await sleep(50);
      inside = processesInside(this.paths.cluster);
    }
    await rm(join(this.paths.cluster, 'postmaster.pid'), { force: true });
  }

  /** Starts the server, on the port it had if it had one, and waits until it answers. */
  private async launch(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const port = this.port !== 0 && attempt < LAUNCH_ATTEMPTS ? this.port : await freePort();
      const failure = await this.launchOn(port);
      if (failure === null) return;
      if (attempt >= LAUNCH_ATTEMPTS || isNotOurs(failure)) throw failure;
      await sleep(100 * attempt);
      await this.clearStale();
    }
  }

  private async launchOn(port: number): Promise<Error | null> {
    await rename(this.paths.log, `${this.paths.log}.1`).catch(() => undefined);
    const log = await open(this.paths.log, 'w', 0o600);
    let child: ChildProcess;
    try {
      const settings = { ...SERVER_SETTINGS, ...this.options.settings, port: String(port) };
      // A session of its own: Ctrl-C in the terminal reaches the program alone, which stops in order.
      child = spawn(
        this.binaries.postgres,
        ['-D', folderArgument(this.account, this.paths.cluster), ...settingArguments(settings)],
        {
          ...this.account.ids,
          cwd: this.paths.cluster,
          env: SERVER_ENVIRONMENT,
          stdio: ['ignore', log.fd, log.fd],
          detached: true,
        },
      );
    } finally {
      await log.close();
    }
    let ended: string | null = null;
    child.once('error', (error) => {
      ended = error.message;
    });
    child.once('exit', (code, signal) => {
      ended ??= `code ${code ?? signal}`;
    });
    child.unref();
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (ended === null) {
      const found = await readPostmaster(this.paths.cluster);
      if (found !== null && found.pid === child.pid && found.ready) {
        const failure = await logIn(this.urlAt(port)).then(() => null, asError);
        if (failure !== null) {
          child.kill('SIGQUIT');
          return failure;
        }
        this.port = port;
        this.pid = child.pid;
        this.watch();
        return null;
      }
      if (Date.now() > deadline) {
        child.kill('SIGQUIT');
        return new Error(
          `PostgreSQL was not ready after ${READY_TIMEOUT_MS / 1000} s, see ${this.paths.log}`,
        );
      }
      await sleep(10);
    }
    const tail = (await readFile(this.paths.log, 'utf8').catch(() => ''))
      .trim()
      .split('\n')
      .slice(-3);
    return new Error(`PostgreSQL did not start (${ended}): ${tail.join(' | ')}`);
  }

  /** Looks every 250 ms whether the server lives; a taken-over one is no child, so no event tells. */
  private watch(): void {
    clearInterval(this.watcher);
    const { pid } = this;
    this.watcher = setInterval(() => {
      if (this.stopping !== undefined || pidExists(pid)) return;
      clearInterval(this.watcher);
      this.restart().catch((error: Error) => this.options.onLost?.(error));
    }, 250);
    this.watcher.unref();
  }

  private async restart(): Promise<void> {
    const now = Date.now();
    this.restarts.push(now);
    const recent = this.restarts.filter((at) => at > now - RESTART_WINDOW_MS);
    if (recent.length > (this.options.restartsMax ?? RESTARTS_MAX)) {
      throw new Error(
        `PostgreSQL ended ${recent.length} times in ten minutes, see ${this.paths.log}.1`,
      );
    }
    this.options.log(`PostgreSQL (process ${this.pid}) ended unexpectedly; starting it again`);
    await this.clearStale();
    if (this.stopping !== undefined) return;
    await this.launch();
    this.options.log(`PostgreSQL recovered (process ${this.pid}, port ${this.port})`);
  }

  stop(timeoutMs = 20_000): Promise<void> {
    this.stopping ??= this.shutDown(timeoutMs).finally(() => this.lock.release());
    return this.stopping;
  }

  private end(mode: ShutdownMode, timeoutMs: number): Promise<boolean> {
    const { pid, binaries } = this;
    return endPostmaster({ pid, mode, timeoutMs, binaries, clusterDir: this.paths.cluster });
  }

  private async shutDown(timeoutMs: number): Promise<void> {
    clearInterval(this.watcher);
    const { log } = this.options;
    if (await this.end('fast', timeoutMs)) {
      log('PostgreSQL stopped');
    } else if (await this.end('immediate', 5_000)) {
      log(
        `PostgreSQL did not stop within ${timeoutMs / 1000} s and was ended; it recovers at the next start`,
      );
    } else {
      throw new Error(`PostgreSQL (process ${this.pid}) does not stop`);
    }
  }
}

const asError = (error: unknown): Error => error as Error;
