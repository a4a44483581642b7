/** Provisioning as a program of its own: everything is made, saved and closed again. */
import { EmbeddedBus } from '@pinfold/bus';
import { ISSUERS } from '@pinfold/flows';
import { cryptogramsTravel } from '@pinfold/institution';
import { allTopics } from '@pinfold/messages';
import { type AppContext, lockFolder, runApp } from '@pinfold/platform';
import { openFleet } from '../../../atm/src/index.js';
import { createOutput } from '../cli/output.js';
import { openDatabaseServer } from '../system/servers.js';
import { provisionAllCards } from '../system/system.js';
import { keepCustomersFile } from './demo-customers.js';
import { type OpenedNetwork, openNetwork } from './open-network.js';
import type { Progress } from './progress.js';
import { provisionTerminals } from './provision-terminals.js';
import { rotateLinkKeys } from './rotate-link-keys.js';

export interface ProvisionOptions {
  readonly cards: number;
  readonly terminals: number;
  /** New data keys for the links, beside the old ones. */
  readonly newLinkKeys?: boolean;
}

export function runProvision(options: ProvisionOptions): Promise<void> {
  return runApp({
    name: 'pinfold provision',
    start: async (context) => {
      const lock = await lockFolder(context.config.dataDir);
      context.shutdown.add({ phase: 'servers', name: 'lock', stop: () => lock.release() });
      const output = createOutput(false);
      const database = await openDatabaseServer(context);
      const network = await openNetwork(context, database.url);
      if (options.newLinkKeys === true) {
        for (const [link, version] of await rotateLinkKeys(network.institutions)) {
          output.line(`link ${link}: data key version ${version}`);
        }
      } else {
        const cards = await provisionNetwork(context, network, {
          ...options,
          progress: ({ step, count, of }) => output.progress(`${step} ${count} of ${of}`),
        });
        output.progressDone();
        output.line(`provisioned: ${options.terminals} terminals, ${cards} cards at each issuer`);
      }
      context.end();
    },
  });
}

/** Cards, terminals, and the customers' file; gives the cards of each issuer. */
export async function provisionNetwork(
  context: AppContext,
  network: OpenedNetwork,
  o: ProvisionOptions & { progress: Progress },
): Promise<number> {
  const { dataDir, mode, seed } = context.config;
  const { fleet: gateway } = network.institutions;
  const cardsPerIssuer = await provisionAllCards(context, network, o);
  // Nothing travels while terminals are set up: what an interrupted run left is repeated by the fleet itself.
  const bus = new EmbeddedBus();
  await bus.ensureTopics(allTopics(ISSUERS.map(({ id }) => id)), 1);
  const { fleet } = await openFleet({
    institution: gateway,
    store: network.atmStore,
    bus,
    observe: () => undefined,
    legacyKeys: cryptogramsTravel(gateway.tokens, mode),
  });
  await provisionTerminals({
    acquirer: network.institutions.acquirer,
    hsm: network.hsm,
    fleet,
    switchStore: network.switchStore,
    count: o.terminals,
    progress: o.progress,
  });
  await keepCustomersFile(network, { dataDir, seed, cardsPerIssuer });
  await bus.close();
  return cardsPerIssuer;
}
