import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACQUIRER, FLEET, ISSUERS } from '@pinfold/flows';
import { FLEET_LINK, Institution } from '@pinfold/institution';
import { provisionKeys } from './provision-keys.js';
import { rotateLinkKeys } from './rotate-link-keys.js';

const folder = mkdtempSync(join(tmpdir(), 'pinfold-rotate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = (id: string): Institution =>
  Institution.open({
    id,
    dataDir: folder,
    mode: 'hardened',
    random: (length) => Uint8Array.from(randomBytes(length)),
    log: () => undefined,
  });

it('changes the data key of every link; what was sealed before still opens', async () => {
  const fleet = open(FLEET.id);
  const acquirer = open(ACQUIRER.id);
  const issuers = new Map(ISSUERS.map(({ id }) => [id, open(id)]));
  const parties = { fleet, acquirer, issuers };
  await provisionKeys(parties);
  const context = { topic: 'atm.requests', type: '0200', schema: '1' };
  const text = new TextEncoder().encode('a message');
  const seal = async () => (await fleet.openDataKeys()).sealer.seal(FLEET_LINK, context, text);
  const opens = async (sealed: { keyId: string; value: Uint8Array }) =>
    (await acquirer.openDataKeys()).sealer.open(sealed.keyId, context, sealed.value).ok;

  const old = await seal();
  expect(old.keyId).toBe('atm.1');
  const rotated = await rotateLinkKeys(parties);
  expect([...rotated]).toEqual([
    ['atm', 2],
    ['bank-a', 2],
    ['bank-b', 2],
  ]);
  const fresh = await seal();
  expect(fresh.keyId).toBe('atm.2');
  expect(await opens(old)).toBe(true);
  expect(await opens(fresh)).toBe(true);

  // Three versions stay; the first is forgotten by both ends.
  await rotateLinkKeys(parties);
  await rotateLinkKeys(parties);
  expect(acquirer.provisioned.links['bank-a']!.map(({ version }) => version)).toEqual([2, 3, 4]);
  expect(await opens(old)).toBe(false);
  expect(await opens(await seal())).toBe(true);
  for (const party of [fleet, acquirer, ...issuers.values()]) party.close();
});
