/**
 * The network as processes of their own, on a PostgreSQL that the cluster brings and a Kafka broker that
 * the harness runs, as somebody else's server: killed, it is the harness that starts it again.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MainProcess } from './main-process.js';
import { databaseUrlOf, killPostmaster } from './own-postgres.js';
import type { SystemUnderTest } from './system-under-test.js';

export interface ClusterOptions {
  readonly root: string;
  readonly dataDir: string;
  readonly cards: number;
  readonly terminals: number;
}

interface Broker {
  readonly brokers: readonly string[];
  start(): Promise<unknown>;
  kill(): Promise<void>;
}

const SERVICES = ['atm', 'switch', 'issuer-bank-a', 'issuer-bank-b'] as const;
/** `operator`: the parent of the services, which serves the control API. */
const TARGETS = [...SERVICES, 'kafka', 'postgres', 'operator'] as const;

/** Rejects where no broker can be started: Java or Maven is missing. */
export async function clusterSystem(o: ClusterOptions): Promise<SystemUnderTest> {
  const { root, dataDir } = o;
  const script = pathToFileURL(join(root, 'scripts/kafka/broker.mjs')).href;
  const { start } = (await import(script)) as {
    start: (folder: string, options: { profile: string }) => Promise<Broker>;
  };
  const broker = await start(join(dataDir, 'broker'), { profile: 'fast' });
  const main = new MainProcess({
    program: join(root, 'dist/apps/pinfold/src/main.js'),
    args: ['cluster', '--rate', '0', '--cards', `${o.cards}`, '--terminals', `${o.terminals}`],
    dataDir,
    env: { KAFKA_BROKERS: broker.brokers.join(',') },
  });
  return {
    dataDir,
    targets: TARGETS,
    launch: () => main.launch(),
    address: () => main.address(),
    get isAlive() {
      return main.isAlive;
    },
    get printed() {
      return main.printed;
    },
    kill: async (target) => {
      if (target === 'operator') return main.kill();
      if (target === 'postgres') return killPostmaster(dataDir);
      if (target !== 'kafka') return killService(main, target);
      await broker.kill();
      await broker.start();
      return true;
    },
    databaseUrl: () => databaseUrlOf(dataDir),
    stop: () => main.stop(),
    remove: async () => {
      await main.kill();
      killPostmaster(dataDir);
      await broker.kill();
    },
  };
}

/** The operator says which process is which. */
async function killService(main: MainProcess, name: string): Promise<boolean> {
  const address = main.address();
  if (address === undefined) return false;
  try {
    const response = await fetch(`http://127.0.0.1:${address.http}/processes`, {
      headers: { authorization: `Bearer ${address.token}` },
      signal: AbortSignal.timeout(5_000),
    });
    const { services } = (await response.json()) as {
      services: { name: string; pid: number | null }[];
    };
    const pid = services.find((service) => service.name === name)?.pid ?? null;
    return pid !== null && process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
