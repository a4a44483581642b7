/**
 * The links of the network, and which node speaks on which topic under which link's data key. A link
 * has the name of its outer end: `atm` between fleet and switch, the issuer's id between switch and
 * issuer.
 */
import { issuerRequests, TOPICS } from '@pinfold/messages';
import type { Topology } from './data-keys.js';

export const FLEET_LINK = 'atm';

export const fleetTopology: Topology = {
  sendsUnder: { [TOPICS.atmRequests]: FLEET_LINK },
  takesFrom: { [TOPICS.atmAnswers]: [FLEET_LINK] },
};

export function switchTopology(issuers: readonly string[]): Topology {
  return {
    sendsUnder: {
      [TOPICS.atmAnswers]: FLEET_LINK,
      ...Object.fromEntries(issuers.map((id) => [issuerRequests(id), id])),
    },
    takesFrom: { [TOPICS.atmRequests]: [FLEET_LINK], [TOPICS.switchAnswers]: issuers },
  };
}

export function issuerTopology(issuer: string): Topology {
  return {
    sendsUnder: { [TOPICS.switchAnswers]: issuer },
    takesFrom: { [issuerRequests(issuer)]: [issuer] },
  };
}
