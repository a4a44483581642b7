/** The lines of a program: metrics, health and shutdown around `startIsoPort`. */
import type { Bus } from '@pinfold/bus';
import { ISSUERS, type SwitchStore } from '@pinfold/flows';
import { fleetTopology, issuerTopology, type OpenedKeys, wireOf } from '@pinfold/institution';
import type { AppContext } from '@pinfold/platform';
import { IsoMetrics } from './iso-metrics.js';
import { type IsoPort, startIsoPort } from './iso-port.js';
import { partnersOf } from './line-keys.js';
import type { Lines } from './lines-file.js';

/** Issuers of the demo network and partners: whose topics and links there must be. */
export function issuersWith(lines: Lines): string[] {
  return [...ISSUERS.map(({ id }) => id), ...partnersOf(lines).map(({ name }) => name)];
}

/** After the switch has started. */
export async function composeLines(
  { config, logger, metrics, shutdown }: AppContext,
  o: { lines: Lines; bus: Bus; keys: OpenedKeys; store: SwitchStore },
): Promise<IsoPort> {
  const { lines, bus, keys, store } = o;
  const names = [...lines.acquirers, ...lines.issuers].map(({ name }) => name);
  const port = await startIsoPort({
    lines,
    port: config.isoPort,
    bus,
    // The fleet's link: the switch holds its key, and a line's terminals are terminals like any others.
    terminalWire: wireOf(keys, fleetTopology),
    issuerWire: (issuer) => wireOf(keys, issuerTopology(issuer)),
    store,
    logger,
    metrics: new IsoMetrics(metrics, names),
  });
  shutdown.add({ phase: 'intake', name: 'ISO 8583 lines', stop: () => port.close() });
  return port;
}
