/**
 * `npm start`: banner, provisioning with progress, one withdrawal told hop by hop, then a line per
 * second until Ctrl-C, which stops in order and loses nothing.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEMO_EXPIRY, demoCardNumber, ISSUERS } from '@pinfold/flows';
import {
  type AppContext,
  lockFolder,
  PortTakenError,
  readyDocument,
  removeReadyFile,
  runApp,
  writeReadyFile,
} from '@pinfold/platform';
import type { TrafficGenerator } from '../../../atm/src/index.js';
import { hostTlsOptions, openHostDevice, startHostPort } from '../../../hsm/src/index.js';
import { DEMO_LINES, readLines } from '../../../switch/src/index.js';
import { type HostSide, startControlApi } from '../api/control-api.js';
import { createOutput, type Output, styled } from '../cli/output.js';
import { RUNTIME_FILE } from '../cli/running-system.js';
import { hopsOf } from '../narration/hops.js';
import { liveLine } from '../narration/live-line.js';
import { customersOf } from '../network/demo-customers.js';
import { createTraffic, startFleetApp } from './fleet-app.js';
import { hsmLine } from './hsm-line.js';
import { type System, startSystem } from './system.js';
import { Totals } from './totals.js';

export interface StartOptions {
  readonly cards: number;
  readonly terminals: number;
  readonly traffic: boolean;
  readonly ratePerSecond: number;
  readonly readyFile?: string;
  /** Default: one line of demo terminals. */
  readonly linesFile?: string;
}

const IN_SERVICE_TIMEOUT_MS = 30_000;
const LOOK_MS = 50;
const NARRATED_AMOUNT_MINOR = 5_000n;

export function runSystem(options: StartOptions): Promise<void> {
  return runApp({ name: 'pinfold', start: (context) => start(context, options) });
}

async function start(context: AppContext, options: StartOptions): Promise<void> {
  const { config, shutdown, signal } = context;
  const output = createOutput(false);
  const { linesFile } = options;
  const lines = linesFile === undefined ? DEMO_LINES : readLines(linesFile);
  const lock = await lockFolder(config.dataDir);
  shutdown.add({ phase: 'servers', name: 'data folder lock', stop: () => lock.release() });
  banner(output, context);
  const totals = new Totals();
  const system = await startSystem(context, {
    cards: options.cards,
    terminals: options.terminals,
    lines,
    observe: totals.observe,
    progress: ({ step, count, of }) => output.progress(`provisioning: ${step} ${count} of ${of}`),
  });
  output.progressDone();
  if (system.reversed > 0) {
    output.line(`recovered: ${system.reversed} withdrawals of the last run are being reversed`);
  }
  const { demoSeed, seed } = { demoSeed: config.seed, seed: `traffic/${config.seed}` };
  const { ratePerSecond } = options;
  const traffic = createTraffic(system, { demoSeed, seed, ratePerSecond });
  await startFleetApp(context, system);
  await terminalsInService(system, signal);
  const host = await openHostPort(context);
  const http = await startControlApi(context, { system, totals, host });
  const ports = { http: http.port, host: host.port, iso: system.iso.port };
  keepRuntimeFile(context, ports);
  if (options.readyFile !== undefined) await keepReadyFile(context, options.readyFile, ports);
  const terminals = system.fleet.terminals().length;
  output.line(
    `ready: ${terminals} terminals, ${system.cardsPerIssuer} cards at each of ${ISSUERS.map((i) => i.name).join(' and ')}; control API on http://127.0.0.1:${http.port} (/docs, /metrics)`,
  );
  const through = hsmLine(system);
  if (through !== undefined) output.line(through);
  output.line(host.banner);
  tellLines(output, system);
  if (!options.traffic || signal.aborted) return;
  await narrateOne(system, config.seed, output);
  goOnForEver(context, traffic, output);
}

function banner(output: Output, { config }: AppContext): void {
  const mode =
    config.mode === 'legacy' ? styled('red', 'LEGACY: the historical flaws are in') : 'hardened';
  output.line(styled('bold', 'Pinfold: ATM, switch and issuers with real PIN cryptography'));
  output.line(`  mode      ${mode}`);
  output.line(`  data      ${config.dataDir}`);
  output.line(
    '  devices   demo: random master keys, made at first start; no real card or PIN belongs here',
  );
}

/** The host port has a device of its own, with the published test LMKs: no institution's is behind it. */
async function openHostPort(context: AppContext): Promise<HostSide & { banner: string }> {
  const { config, logger, metrics, shutdown } = context;
  const { hostPort: port, hostHeader: headerLength } = config;
  const { lmk: device, life } = openHostDevice(context);
  const tls = hostTlsOptions(config);
  const host = await startHostPort({ port, device, headerLength, tls, logger, metrics }).catch(
    (error: NodeJS.ErrnoException & { port?: number }) => {
      if (error.code !== 'EADDRINUSE') throw error;
      const second = tls !== undefined && error.port === tls.port;
      const variable = second ? 'PINFOLD_HOST_TLS_PORT' : 'PINFOLD_HOST_PORT';
      throw new PortTakenError({ port: second ? tls.port : port, variable });
    },
  );
  shutdown.add({ phase: 'intake', name: 'host port', stop: () => host.close() });
  const { banner } = host;
  return { port: host.port, tlsPort: host.tlsPort, banner, life };
}

/** Which ISO 8583 lines there are, and where the keys of their other ends lie. */
function tellLines(output: Output, { iso, lines }: System): void {
  for (const { name, port = iso.port, address, terminals, packing } of lines.acquirers) {
    const [first] = terminals;
    const whose = terminals.length > 1 ? `${first} and ${terminals.length - 1} more` : first;
    output.line(`ISO 8583: line ${name} (${packing}) of ${whose} on ${address}:${port}`);
  }
  for (const { name, host, port } of lines.issuers) {
    output.line(`ISO 8583: issuer ${name} is a partner's, at ${host}:${port}`);
  }
}

/** Terminals fetch their working keys from the switch and sign on before anybody can use them. */
async function terminalsInService(system: System, signal: AbortSignal): Promise<void> {
  const untilMs = Date.now() + IN_SERVICE_TIMEOUT_MS;
  while (Date.now() < untilMs && !signal.aborted) {
    if (system.fleet.terminals().every((terminal) => terminal.inService)) return;
    await sleep(LOOK_MS);
  }
}

interface Ports {
  readonly http: number;
  readonly host: number;
  readonly iso: number;
}

function keepRuntimeFile({ config, shutdown }: AppContext, ports: Ports): void {
  const path = join(config.dataDir, RUNTIME_FILE);
  writeFileSync(path, `${JSON.stringify({ pid: process.pid, ...ports })}\n`);
  shutdown.add({ phase: 'intake', name: 'runtime file', stop: () => removeReadyFile(path) });
}

async function keepReadyFile(context: AppContext, file: string, ports: Ports): Promise<void> {
  await writeReadyFile(file, readyDocument({ ports, mode: context.config.mode }));
  context.shutdown.add({ phase: 'intake', name: 'ready file', stop: () => removeReadyFile(file) });
}

/** One withdrawal at a free terminal, each hop as it was written down. */
async function narrateOne(system: System, seed: string, output: Output): Promise<void> {
  const facts = ISSUERS[0]!;
  const pan = demoCardNumber(facts, 1);
  const [pin = ''] = await customersOf(system.network, {
    seed,
    cardsPerIssuer: system.cardsPerIssuer,
  }).pinsOf([pan]);
  const free = system.fleet.terminals().find((t) => t.inService && !t.busy);
  if (free === undefined) return;
  const { rrn, terminal } = await system.fleet.withdraw({
    terminal: free.terminal,
    pan,
    pin,
    expiry: DEMO_EXPIRY,
    amountMinor: NARRATED_AMOUNT_MINOR,
  });
  if (rrn === null) return;
  output.line();
  output.line(styled('bold', `one withdrawal at ${terminal}, hop by hop`));
  for (const { at, did } of await hopsOf(system.stores, { rrn, terminal })) {
    output.line(`  ${styled('cyan', at.padEnd(8))}  ${did}`);
  }
  output.line();
}

/** A line per second until the end. */
function goOnForEver(context: AppContext, traffic: TrafficGenerator, output: Output): void {
  traffic.start();
  const timer = setInterval(() => output.line(liveLine(traffic.take())), 1_000);
  context.shutdown.add({
    phase: 'intake',
    name: 'customers',
    stop: () => {
      clearInterval(timer);
      traffic.stop();
    },
  });
  output.line('withdrawals go on until Ctrl-C; in another terminal: npx pinfold --help');
}
