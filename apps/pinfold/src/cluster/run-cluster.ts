/**
 * `npm run cluster`: the network as separate processes on a real Kafka and PostgreSQL, on this machine.
 * The parent starts what is missing, provisions, watches over the services, and serves the control API.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AppContext,
  ensureApiToken,
  lockFolder,
  readyDocument,
  removeReadyFile,
  runApp,
  writeReadyFile,
} from '@pinfold/platform';
import type { TrafficReport } from '../../../atm/src/index.js';
import { NO_LINES, readLines } from '../../../switch/src/index.js';
import { createOutput, type Output, styled } from '../cli/output.js';
import { RUNTIME_FILE } from '../cli/running-system.js';
import { liveLine } from '../narration/live-line.js';
import { openNetwork } from '../network/open-network.js';
import { provisionNetwork } from '../network/run-provision.js';
import { openDatabaseServer } from '../system/servers.js';
import { storesOf } from '../system/system.js';
import { ServiceProcess } from './child-process.js';
import { startClusterApi } from './cluster-api.js';
import { openKafka } from './kafka.js';
import { atmCaller } from './proxy.js';
import { serviceSpecs } from './services.js';

export interface ClusterOptions {
  readonly cards: number;
  readonly terminals: number;
  readonly ratePerSecond: number;
  readonly readyFile?: string;
  /** Default: no lines. */
  readonly linesFile?: string;
}

const SERVICE_READY_MS = 60_000;

export function runCluster(options: ClusterOptions): Promise<void> {
  return runApp({
    name: 'pinfold cluster',
    shutdownLimitMs: 90_000,
    start: (context) => start(context, options),
  });
}

async function start(context: AppContext, options: ClusterOptions): Promise<void> {
  const { config, shutdown } = context;
  const output = createOutput(false);
  // Read here too, so that a fault in the file is said before anything starts.
  const { linesFile } = options;
  const lines = linesFile === undefined ? NO_LINES : readLines(linesFile);
  const lock = await lockFolder(config.dataDir);
  shutdown.add({ phase: 'servers', name: 'data folder lock', stop: () => lock.release() });
  output.line(styled('bold', 'Pinfold cluster: ATM, switch and issuers as processes of their own'));
  output.line(`  data      ${config.dataDir}`);
  const kafka = await openKafka(context, (line) => output.line(`  kafka     ${line}`));
  output.line(`  kafka     ${kafka.kind}`);
  const database = await openDatabaseServer(context);
  output.line(`  database  ${database.kind}`);

  const network = await openNetwork(context, database.url);
  await provisionNetwork(context, network, {
    ...options,
    progress: ({ step, count, of }) => output.progress(`provisioning: ${step} ${count} of ${of}`),
  });
  output.progressDone();
  // From here on each device belongs to the process of its institution.
  await network.handOver();

  const services = await startServices(context, {
    databaseUrl: database.url,
    kafkaBrokers: kafka.brokers,
    ratePerSecond: options.ratePerSecond,
    linesFile,
    output,
  });
  const atm = services.find(({ spec }) => spec.name === 'atm')!;
  const callAtm = atmCaller({
    atm,
    token: await ensureApiToken(config.dataDir),
  });
  const port = await startClusterApi(context, {
    network,
    stores: storesOf(network),
    services,
    callAtm,
    kafka,
    database,
    lines,
  });
  keepRuntimeFile(context, port);
  if (options.readyFile !== undefined) {
    const { readyFile: file } = options;
    await writeReadyFile(file, readyDocument({ ports: { http: port }, mode: config.mode }));
    shutdown.add({ phase: 'intake', name: 'ready file', stop: () => removeReadyFile(file) });
  }
  output.line(`ready: control API on http://127.0.0.1:${port}; Ctrl-C stops everything in order`);
}

async function startServices(
  { config, shutdown, signal }: AppContext,
  o: {
    databaseUrl: string;
    kafkaBrokers: string;
    ratePerSecond: number;
    linesFile: string | undefined;
    output: Output;
  },
): Promise<ServiceProcess[]> {
  const logFolder = join(config.dataDir, 'logs');
  mkdirSync(logFolder, { recursive: true, mode: 0o700 });
  const specs = serviceSpecs({ ...o, dataDir: config.dataDir, logFolder });
  const services = specs.map((spec) => new ServiceProcess(spec, (line) => o.output.line(line)));
  // Registered first to last: customers go first, issuers last, as they come up the other way round.
  for (const service of services) {
    shutdown.add({
      phase: 'drain',
      name: service.spec.name,
      stop: () => service.stop(),
      timeoutMs: 40_000,
    });
    if (service.spec.name === 'atm') service.onLogLine = trafficTeller(o.output);
    service.start();
  }
  await Promise.all(services.map((service) => service.ready(SERVICE_READY_MS, signal)));
  for (const { spec, pid, http } of services) {
    o.output.line(`  ${spec.name.padEnd(16)} process ${pid}, http ${http}`);
  }
  return services;
}

/** What the commands read. */
function keepRuntimeFile({ config, shutdown }: AppContext, http: number): void {
  const path = join(config.dataDir, RUNTIME_FILE);
  writeFileSync(path, `${JSON.stringify({ pid: process.pid, http })}\n`);
  shutdown.add({ phase: 'intake', name: 'runtime file', stop: () => removeReadyFile(path) });
}

/** The ATM process logs what happened each second; here it becomes the line that a person reads. */
function trafficTeller(output: Output): (line: string) => void {
  return (line) => {
    if (!line.includes('"msg":"traffic"')) return;
    try {
      const { declined, ...report } = JSON.parse(line) as TrafficReport & { declined: number };
      const counts: Record<string, number> = declined === 0 ? {} : { declined };
      output.line(liveLine({ ...report, declined: counts }));
    } catch {
      // A line that was cut by the end of the process.
    }
  };
}
