/** The broker of a cluster: the one that the configuration names, or a real Apache Kafka of its own. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type AppContext, EnvironmentError } from '@pinfold/platform';

interface Broker {
  readonly brokers: readonly string[];
  readonly pid?: number;
  stop(): Promise<void>;
}

interface BrokerScript {
  start(folder: string, options: { profile: string; say: (line: string) => void }): Promise<Broker>;
}

/** `scripts/kafka` is plain JavaScript beside the sources: it runs before anything is built, too. */
const SCRIPT = join(import.meta.dirname, '../../../../../scripts/kafka/broker.mjs');

export interface ClusterKafka {
  readonly brokers: string;
  readonly kind: string;
  readonly pid: number | undefined;
}

export async function openKafka(
  { config, shutdown, logger }: AppContext,
  say: (line: string) => void,
): Promise<ClusterKafka> {
  if (config.kafkaBrokers !== null) {
    const brokers = config.kafkaBrokers.map(({ host, port }) => `${host}:${port}`).join(',');
    return { brokers, kind: `Kafka at ${brokers}`, pid: undefined };
  }
  const { start } = (await import(pathToFileURL(SCRIPT).href)) as BrokerScript;
  let broker: Broker;
  try {
    broker = await start(join(config.dataDir, 'kafka'), { profile: 'server', say });
  } catch (error) {
    logger.debug('kafka did not start', { err: error });
    const why = error instanceof Error ? error.message : 'unknown';
    throw new EnvironmentError(`Kafka does not start: ${why}; or name one with KAFKA_BROKERS`);
  }
  shutdown.add({
    phase: 'servers',
    name: 'kafka',
    stop: () => broker.stop(),
    timeoutMs: 30_000,
  });
  const brokers = broker.brokers.join(',');
  return { brokers, kind: `own Kafka at ${brokers}`, pid: broker.pid };
}
