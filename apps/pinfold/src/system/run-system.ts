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
  readyDocument,
  removeReadyFile,
  runApp,
  writeReadyFile,
} from '@pinfold/platform';
import type { TrafficGenerator } from '../../../atm/src/index.js';
import { startControlApi } from '../api/control-api.js';
import { createOutput, type Output, styled } from '../cli/output.js';
import { RUNTIME_FILE } from '../cli/running-system.js';
import { hopsOf } from '../narration/hops.js';
import { liveLine } from '../narration/live-line.js';
import { customersOf } from '../network/demo-customers.js';
import { createTraffic, startFleetApp } from './fleet-app.js';
import { type System, startSystem } from './system.js';
import { Totals } from './totals.js';

export interface StartOptions {
  readonly cards: number;
  readonly terminals: number;
  readonly traffic: boolean;
  readonly ratePerSecond: number;
  readonly readyFile?: string;
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
  const lock = await lockFolder(config.dataDir);
  shutdown.add({ phase: 'servers', name: 'data folder lock', stop: () => lock.release() });
  banner(output, context);
  const totals = new Totals();
  const system = await startSystem(context, {
    cards: options.cards,
    terminals: options.terminals,
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
  const http = await startControlApi(context, system, totals);
  keepRuntimeFile(context, http.port);
  if (options.readyFile !== undefined) await keepReadyFile(context, options.readyFile, http.port);
  const terminals = system.fleet.terminals().length;
  output.line(
    `ready: ${terminals} terminals, ${system.cardsPerIssuer} cards at each of ${ISSUERS.map((i) => i.name).join(' and ')}; control API on http://127.0.0.1:${http.port} (/docs, /metrics)`,
  );
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

/** Terminals fetch their working keys from the switch and sign on before anybody can use them. */
async function terminalsInService(system: System, signal: AbortSignal): Promise<void> {
  const untilMs = Date.now() + IN_SERVICE_TIMEOUT_MS;
  while (Date.now() < untilMs && !signal.aborted) {
    if (system.fleet.terminals().every((terminal) => terminal.inService)) return;
    await sleep(LOOK_MS);
  }
}

function keepRuntimeFile({ config, shutdown }: AppContext, http: number): void {
  const path = join(config.dataDir, RUNTIME_FILE);
  writeFileSync(path, `${JSON.stringify({ pid: process.pid, http })}\n`);
  shutdown.add({ phase: 'intake', name: 'runtime file', stop: () => removeReadyFile(path) });
}

async function keepReadyFile(context: AppContext, file: string, http: number): Promise<void> {
  await writeReadyFile(file, readyDocument({ ports: { http }, mode: context.config.mode }));
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
