/**
 * A real Apache Kafka broker for tests, benchmarks and people without Docker: one node, loopback only.
 *
 *   const kafka = await start(folder, { profile: 'server' });
 *   kafka.brokers            // ['127.0.0.1:PORT'], for KAFKA_BROKERS
 *   await kafka.kill();      // SIGKILL, as a crash; then kafka.start(): same data, same port
 *   await kafka.stop();      // SIGTERM
 *
 * The broker ends with the process that started it, also after kill -9 of that process.
 */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { install, KafkaUnavailable } from './install.mjs';
import { JAVA } from './java.mjs';
import { serverProperties } from './properties.mjs';
import { isReady } from './ready.mjs';

const SMALL = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:-UsePerfData'];
/** `fast` starts soonest (first compiler only); `server` reaches full speed: for benchmarks. */
const PROFILES = {
  fast: [...SMALL, '-XX:TieredStopAtLevel=1'],
  server: [...SMALL, '-Xms512m'],
};
const QUIET = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
];
const READY_WITHIN_MS = 60_000;
const LOOK_MS = 50;

/**
 * Starts a broker on `folder`: made and formatted the first time, found again later with data and port.
 * Options: version, profile ('fast'), port (any free one; kept in the folder), properties (overrides),
 * jvm (more flags), say (hears what takes long). Throws KafkaUnavailable when Java or Maven is missing.
 */
export async function start(folder, options = {}) {
  const installed = options.installed ?? (await install({ ...options, makeArchive }));
  const broker = new Broker(resolve(folder), installed, options);
  await broker.prepare();
  return broker.start();
}

/** A broker that writes down which classes it loaded. */
async function makeArchive(installed, folder, file) {
  const jvm = [`-XX:ArchiveClassesAtExit=${file}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'];
  const broker = await start(folder, { installed, jvm });
  await broker.stop(READY_WITHIN_MS);
}

class Broker {
  #installed;
  #options;
  #child;
  #exited = Promise.resolve();

  constructor(folder, installed, options) {
    this.folder = folder;
    this.logFile = join(folder, 'broker.log');
    this.version = installed.version;
    this.#installed = installed;
    this.#options = options;
  }

  get brokers() {
    return [`127.0.0.1:${this.port}`];
  }

  get pid() {
    return this.#child?.pid;
  }

  /** Ports, configuration, and the format of a new folder. */
  async prepare() {
    mkdirSync(this.folder, { recursive: true });
    const portsFile = join(this.folder, 'ports.json');
    const known = existsSync(portsFile) ? JSON.parse(readFileSync(portsFile, 'utf8')) : undefined;
    const [free, controllerPort] = known ? [known.port, known.controllerPort] : await freePorts(2);
    this.port = this.#options.port || free;
    writeFileSync(portsFile, JSON.stringify({ port: this.port, controllerPort }));
    const logFolder = join(this.folder, 'log');
    const overrides = this.#options.properties;
    writeFileSync(
      this.#config,
      serverProperties({ port: this.port, controllerPort, logFolder, overrides }),
    );
    if (!existsSync(join(logFolder, 'meta.properties'))) this.#format();
  }

  /** Resolves when the broker can be used; on a running one at once. */
  async start() {
    if (this.#child) return this;
    this.#endLeftover();
    if (!(await isFree(this.port))) throw new KafkaUnavailable(`port ${this.port} is taken`);
    const began = performance.now();
    const { profile = 'fast', jvm = [] } = this.#options;
    const child = this.#spawn([...PROFILES[profile], ...jvm]);
    while (!(await isReady(this.port))) {
      if (this.#child !== child)
        throw new Error(
          `Kafka ${this.version} ended while starting; ${this.logFile}:\n${this.#logTail()}`,
        );
      if (performance.now() - began > READY_WITHIN_MS) {
        await this.kill();
        throw new Error(`Kafka was not ready in time; ${this.logFile}:\n${this.#logTail()}`);
      }
      await sleep(LOOK_MS);
    }
    this.readyMs = Math.round(performance.now() - began);
    return this;
  }

  async stop(graceMs = 15_000) {
    this.#child?.kill('SIGTERM');
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), graceMs);
    await this.#exited;
    clearTimeout(timer);
  }

  async kill() {
    this.#child?.kill('SIGKILL');
    await this.#exited;
  }

  get #config() {
    return join(this.folder, 'server.properties');
  }

  get #pidFile() {
    return join(this.folder, 'pid');
  }

  get #archive() {
    const { archive } = this.#installed;
    return existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`, '-Xshare:auto'] : [];
  }

  #logTail() {
    return existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8').slice(-2000) : '';
  }

  #format() {
    // a cluster id that begins with '-' would be taken for an option
    const clusterId = `k${randomBytes(16).toString('base64url').slice(1)}`;
    const tool = ['kafka.tools.StorageTool', 'format', '--standalone', '-t', clusterId];
    const jvm = [
      ...this.#archive,
      '-Xmx128m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      ...QUIET,
    ];
    try {
      execFileSync(JAVA, [...jvm, '-cp', this.#installed.classPath, ...tool, '-c', this.#config], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
    } catch (error) {
      const said = String(error.stderr ?? error.message).slice(-2000);
      throw new Error(`Kafka ${this.version} could not format ${this.folder}:\n${said}`);
    }
  }

  #spawn(jvm) {
    const log = openSync(this.logFile, 'a');
    const { classPath } = this.#installed;
    const args = [
      ...this.#archive,
      ...jvm,
      ...QUIET,
      '-cp',
      classPath,
      'kafka.Kafka',
      this.#config,
    ];
    const child = spawn(JAVA, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#child = child;
    writeFileSync(this.#pidFile, String(child.pid ?? ''));
    const guard = guardOf(child.pid);
    const killNow = () => child.kill('SIGKILL');
    process.on('exit', killNow);
    this.#exited = new Promise((resolveExit) => {
      const ended = () => {
        if (this.#child === child) this.#child = undefined;
        process.off('exit', killNow);
        guard.kill('SIGKILL');
        rmSync(this.#pidFile, { force: true });
        resolveExit();
      };
      child.once('exit', ended);
      child.once('error', ended);
    });
    return child;
  }

  /** A broker that an earlier process left on this folder (Linux; elsewhere the port tells). */
  #endLeftover() {
    if (!existsSync(this.#pidFile)) return;
    const pid = Number(readFileSync(this.#pidFile, 'utf8'));
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(this.#config))
        process.kill(pid, 'SIGKILL');
    } catch {
      // not there any more
    }
  }
}

/** Ends the broker when this process is gone: then the pipe closes, `cat` ends, and the shell kills. */
function guardOf(pid) {
  const guard = spawn('sh', ['-c', 'cat >/dev/null; kill -9 "$0" 2>/dev/null', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.once('error', () => {});
  guard.unref();
  guard.stdin.unref();
  return guard;
}

/** A broker that was just killed may hold its port for a moment. */
async function isFree(port) {
  for (let attempt = 0; attempt < 40; attempt += 1) {
    const server = createServer().listen(port, '127.0.0.1');
    const free = await new Promise((done) => {
      server.once('listening', () => done(true));
      server.once('error', () => done(false));
    });
    await new Promise((done) => server.close(done));
    if (free) return true;
    await sleep(LOOK_MS);
  }
  return false;
}

/** All are held at once, so that they differ. */
async function freePorts(count) {
  const servers = [];
  for (let i = 0; i < count; i += 1) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
  }
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
