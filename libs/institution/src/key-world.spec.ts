import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Institution } from './institution.js';
import {
  aesKeysPossible,
  cryptogramsTravel,
  issuerTokens,
  requireWorld,
  zoneKeyOf,
} from './key-world.js';
import { lmkOf, namedOfLmk, PAYSHIELD_NAMED } from './payshield/lmk-facts.js';
import { type InstitutionTokens, readTokens, writeTokens } from './tokens.js';

const LMK = {
  scheme: 'variant',
  aes: false,
  checkValue: '0123456789ABCDEF',
  name: '00 x',
} as const;
const named = {
  pvk: 'own pvk',
  'zck.bank-a': 'own zck',
  'zck.bank-a.check-value': 'AAAAAA',
  [PAYSHIELD_NAMED.pvk]: 'payshield:PVK:1',
  [PAYSHIELD_NAMED.zmk('bank-a')]: 'payshield:ZMK:1',
  [`${PAYSHIELD_NAMED.zmk('bank-a')}.check-value`]: 'BBBBBB',
  ...namedOfLmk(LMK),
};
const own: InstitutionTokens = {
  index: 'i',
  vault: [{ version: 1, wrapped: 'v' }],
  links: {},
  named,
};
const theirs: InstitutionTokens = { ...own, world: 'payshield' };

const at = (tokens: InstitutionTokens | undefined) =>
  ({ id: 'bank-a', tokens, store: { folder: '/data/hsm/bank-a' } }) as unknown as Institution;
const urls = (protocol: 'tcp' | 'payshield') => ({ protocol, addresses: [] });

it('refuses to start where the keys are not, in a line that says what to do', () => {
  for (const asked of [null, urls('tcp')]) {
    expect(() => requireWorld(at(own), asked)).not.toThrow();
    expect(() => requireWorld(at(theirs), asked)).toThrow(
      'the keys of bank-a in /data/hsm/bank-a are under the LMK of payShields (00 x): set PINFOLD_HSM_URLS=payshield://host:port,…, or set PINFOLD_DATA_DIR to another data folder',
    );
  }
  expect(() => requireWorld(at(theirs), urls('payshield'))).not.toThrow();
  expect(() => requireWorld(at(own), urls('payshield'))).toThrow(
    "the keys of bank-a in /data/hsm/bank-a are in the institution's own device: leave payshield:// out of PINFOLD_HSM_URLS, or set PINFOLD_DATA_DIR to another data folder",
  );
  for (const asked of [null, urls('tcp'), urls('payshield')]) {
    expect(() => requireWorld(at(undefined), asked)).not.toThrow();
  }
});

it('names the keys of the world that the institution is in', () => {
  expect(issuerTokens(own, 'bank-a')).toEqual({ pvk: 'own pvk', zck: 'own zck' });
  expect(issuerTokens(theirs, 'bank-a')).toEqual({
    pvk: 'payshield:PVK:1',
    zck: 'payshield:ZMK:1',
  });
  expect(zoneKeyOf(own, 'bank-a').checkValue).toBe('AAAAAA');
  expect(zoneKeyOf(theirs, 'bank-a').checkValue).toBe('BBBBBB');
});

it('knows what the LMK can hold', () => {
  const under = (facts: Partial<typeof LMK> | { scheme: 'key-block'; aes: boolean }) => ({
    ...theirs,
    named: { ...named, ...namedOfLmk({ ...LMK, ...facts }) },
  });
  const aes = under({ scheme: 'key-block', aes: true });
  expect(lmkOf(aes)).toMatchObject({ scheme: 'key-block', aes: true });
  expect(lmkOf(own)).toBeUndefined();
  const answers = [undefined, own, theirs, aes].map((tokens) => [
    aesKeysPossible(tokens, 'hardened'),
    aesKeysPossible(tokens, 'legacy'),
    cryptogramsTravel(tokens, 'hardened'),
    cryptogramsTravel(tokens, 'legacy'),
  ]);
  expect(answers).toEqual([
    [true, false, false, true],
    [true, false, false, true],
    [false, false, true, true],
    [true, false, false, true],
  ]);
});

it('is kept in tokens.json, and absent in those of before', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pinfold-world-'));
  try {
    for (const tokens of [own, theirs]) {
      writeTokens(folder, tokens);
      expect(readTokens(folder)).toEqual(tokens);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
