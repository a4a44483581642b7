/** For the specs of the payShield client: PIN blocks under keys of known value. */
import { AesKey, DesKey } from '@pinfold/crypto';
import { decryptPinBlock, encryptPinBlock } from '@pinfold/pin';
import fc from 'fast-check';
import { random, type TestMode, type TestWorld } from './testing.js';

export const SEED = 20261122;
export const TABLE = '0123456789012345';

export type TestFormat = 'iso0' | 'iso3' | 'iso4';

/** A variant LMK has no AES. */
export const FORMATS_OF: Readonly<Record<TestMode, readonly TestFormat[]>> = {
  legacy: ['iso0', 'iso3'],
  hardened: ['iso0', 'iso3', 'iso4'],
};

interface Known {
  readonly format: TestFormat;
  /** The key in clear. */
  readonly value: Uint8Array;
  readonly pan: string;
}

const cipherOf = ({ format, value }: Known) =>
  format === 'iso4' ? AesKey.of(value) : DesKey.of(value);

export function blockOf(o: Known & { readonly pin: string }): Uint8Array {
  return encryptPinBlock({ ...o, key: cipherOf(o), random });
}

export function pinOf(o: Known & { readonly block: Uint8Array }): string {
  const pin = decryptPinBlock({ ...o, key: cipherOf(o) });
  return pin.ok ? pin.value : pin.code;
}

/** Keys of a world by role, with the algorithm that a format has. */
export function knownPinKeys(world: TestWorld) {
  const values = { T: random(16), A: random(16) };
  return (role: 'TPK' | 'ZPK', format: TestFormat) => {
    const algorithm = format === 'iso4' ? 'A' : 'T';
    const value = values[algorithm];
    return { key: world.token(role, value, algorithm), value };
  };
}

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((all) => all.join(''));

export const pans = fc.constantFrom(12, 13, 15, 16, 19).chain(digits);

/** Not in the list of PINs that a hardened payShield excludes. */
export const pins = fc.constantFrom('2750', '9031', '6184', '4806', '0397');
