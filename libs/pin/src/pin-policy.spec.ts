import { AesKey, DesKey, fromHex } from '@pinfold/crypto';
import { inputError } from '../../crypto/src/testing.js';
import {
  FAVOURITE_PINS,
  isAcceptablePin,
  isWeakPin,
  mayTranslate,
  openStoredPin,
  PIN_BLOCK_FORMATS,
  type PinBlockFormat,
  sealStoredPin,
  translationRule,
  verifyStoredPin,
  weaknessOf,
} from './index.js';

const formats = Object.keys(PIN_BLOCK_FORMATS) as PinBlockFormat[];

describe('translation (PCI PIN 3-3)', () => {
  const allowed = (sameAccount: boolean) =>
    formats.flatMap((from) =>
      formats.filter((to) => mayTranslate({ from, to, sameAccount })).map((to) => `${from}>${to}`),
    );

  it('allows 0, 3 and 4 among themselves for the same account, and 1 to them', () => {
    const accounts = ['iso0', 'iso3', 'iso4'];
    const among = accounts.flatMap((from) => accounts.map((to) => `${from}>${to}`));
    const fromOne = accounts.map((to) => `iso1>${to}`);
    expect(allowed(true).sort()).toEqual([...among, ...fromOne].sort());
    expect(allowed(false).sort()).toEqual(fromOne.sort());
  });

  it('has a rule for each pair: the table of the requirement, row by row', () => {
    const groups = { account: ['iso0', 'iso3', 'iso4'], one: ['iso1'], two: ['iso2'] } as const;
    const named = Object.values(groups).flat() as PinBlockFormat[];
    const others = formats.filter((format) => !named.includes(format));
    const rules = (from: readonly PinBlockFormat[]) =>
      [...Object.values(groups), others].map((to) => [
        ...new Set(from.flatMap((a) => to.map((b) => translationRule({ from: a, to: b })))),
      ]);
    const no = ['forbidden'];
    expect(rules(groups.account)).toEqual([['same-account'], no, ['card-only'], no]);
    expect(rules(groups.one)).toEqual([['allowed'], no, ['card-only'], no]);
    expect(rules(groups.two)).toEqual([no, no, no, no]);
    expect(rules(others)).toEqual([no, no, no, no]);
  });

  it('names the rule of each pair', () => {
    expect(translationRule({ from: 'iso0', to: 'iso2' })).toBe('card-only');
    expect(translationRule({ from: 'iso1', to: 'iso2' })).toBe('card-only');
    expect(translationRule({ from: 'iso0', to: 'iso1' })).toBe('forbidden');
    expect(translationRule({ from: 'iso1', to: 'iso1' })).toBe('forbidden');
    expect(translationRule({ from: 'iso2', to: 'iso0' })).toBe('forbidden');
    expect(translationRule({ from: 'diebold', to: 'iso0' })).toBe('forbidden');
    expect(translationRule({ from: 'iso0', to: 'plus' })).toBe('forbidden');
    expect(() => translationRule({ from: 'x' as never, to: 'iso0' })).toThrow(
      inputError('FORMAT_UNKNOWN: format must be one of PIN_BLOCK_FORMATS'),
    );
    expect(() => translationRule({ from: 'iso0', to: 'x' as never })).toThrow(
      inputError('FORMAT_UNKNOWN: format must be one of PIN_BLOCK_FORMATS'),
    );
  });
});

describe('weak PINs', () => {
  it.each([
    ['0000', 'repeated'],
    ['999999999999', 'repeated'],
    ['1234', 'sequence'],
    ['7890', 'sequence'],
    ['4321', 'sequence'],
    ['2109', 'sequence'],
    ['2580', 'favourite'],
    ['1357', undefined],
    ['1235', undefined],
    ['8642', undefined],
  ])('%s: %s', (pin, why) => {
    expect(weaknessOf(pin)).toBe(why);
    expect(isWeakPin(pin)).toBe(why !== undefined);
    expect(isAcceptablePin(pin)).toBe(why === undefined);
  });

  it('include every favourite, and no favourite needlessly', () => {
    expect(FAVOURITE_PINS.map((pin) => weaknessOf(pin))).toEqual(
      FAVOURITE_PINS.map(() => 'favourite'),
    );
    expect(new Set(FAVOURITE_PINS).size).toBe(20);
  });

  it('include what the issuer excludes', () => {
    expect(weaknessOf('1357', ['1357'])).toBe('excluded');
    expect(isAcceptablePin('1357', ['1357'])).toBe(false);
    expect(isAcceptablePin('135')).toBe(false);
    expect(isAcceptablePin(1357)).toBe(false);
    expect(() => weaknessOf('135')).toThrow(inputError('PIN_INVALID: pin must be 4 to 12 digits'));
    expect(() => weaknessOf('1357', ['12'])).toThrow(
      inputError('PIN_INVALID: excluded PIN must be 4 to 12 digits'),
    );
  });
});

describe('stored PINs', () => {
  const bytes = fromHex('0123456789ABCDEFFEDCBA9876543210');
  const pan = '4000001234562';
  const random = (n: number) => Uint8Array.from({ length: n }, (_, i) => 17 * i);

  it.each([
    [DesKey.of(bytes), 8],
    [AesKey.of(bytes), 16],
  ])('%#: are bound to the account', (key, size) => {
    const stored = sealStoredPin({ key, pin: '123456', pan, random });
    expect(stored).toHaveLength(size);
    expect(openStoredPin({ key, stored, pan })).toEqual({ ok: true, value: '123456' });
    expect(verifyStoredPin({ key, stored, pan, pin: '123456' })).toEqual({ ok: true, value: true });
    for (const pin of ['123457', '1234', '12345678']) {
      expect(verifyStoredPin({ key, stored, pan, pin })).toEqual({ ok: true, value: false });
    }
    const other = verifyStoredPin({ key, stored, pan: '4999991234562', pin: '123456' });
    expect(other).not.toEqual({ ok: true, value: true });
    const short = verifyStoredPin({ key, stored: stored.slice(1), pan, pin: '123456' });
    expect(short).toEqual({ ok: false, code: 'PIN_BLOCK_INVALID' });
    expect(() => verifyStoredPin({ key, stored, pan, pin: '12' })).toThrow(
      inputError('PIN_INVALID: pin must be 4 to 12 digits'),
    );
  });
});
