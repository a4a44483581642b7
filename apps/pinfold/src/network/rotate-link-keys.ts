/**
 * New data keys for the links, made at the acquirer and carried to each other end under the zone control
 * key. The newest version seals from the next start on; the ones before it still open what is under way.
 * The services are stopped meanwhile: a service that has only the old version cannot read the new one.
 */
import { ISSUERS } from '@pinfold/flows';
import {
  CONTEXTS,
  carryDataKey,
  FLEET_LINK,
  type Institution,
  type InstitutionTokens,
  makeDataKey,
} from '@pinfold/institution';
import type { DemoInstitutions } from './provision-keys.js';

/** Versions of a link's data key that stay: the newest and those that records under way may name. */
const VERSIONS_KEPT = 3;

/** Gives the new version of each link. */
export async function rotateLinkKeys(
  parties: DemoInstitutions,
): Promise<ReadonlyMap<string, number>> {
  const { fleet, acquirer, issuers } = parties;
  const ends: [string, Institution | undefined][] = [
    [FLEET_LINK, fleet],
    ...ISSUERS.map(({ id }): [string, Institution | undefined] => [id, issuers.get(id)]),
  ];
  const rotated = new Map<string, number>();
  for (const [link, other] of ends) {
    if (other !== undefined) rotated.set(link, await rotateOne(acquirer, other, link));
  }
  return rotated;
}

/** The other end first: it can open the new version before anybody seals under it. */
async function rotateOne(acquirer: Institution, other: Institution, link: string): Promise<number> {
  const here = acquirer.provisioned;
  const there = other.provisioned;
  const version = Math.max(...here.links[link]!.map((key) => key.version)) + 1;
  const context = CONTEXTS.link(link, version);
  const zckName = `zck.${link}`;
  const wrapped = await makeDataKey(acquirer, context);
  const carried = await carryDataKey(wrapped, {
    from: { at: acquirer, zck: here.named[zckName]! },
    to: { at: other, zck: there.named[zckName]! },
    context,
  });
  for (const party of [other, acquirer]) party.store.save();
  other.keepTokens(withVersion(there, link, { version, wrapped: carried }));
  acquirer.keepTokens(withVersion(here, link, { version, wrapped }));
  return version;
}

function withVersion(
  tokens: InstitutionTokens,
  link: string,
  key: { version: number; wrapped: string },
): InstitutionTokens {
  const kept = [...tokens.links[link]!, key].slice(-VERSIONS_KEPT);
  return { ...tokens, links: { ...tokens.links, [link]: kept } };
}
