/** Keys on the way into and out of a block are overwritten: best effort, but every one. */
import { fromHex, toHex } from '@pinfold/crypto';
import { inputError, wipedBy } from '../../crypto/src/testing.js';
import {
  deriveKeyBlockKeys,
  deriveKeyBytes,
  type KeyBlockVersion,
  lmkVariant,
  unwrapKeyBlock,
  unwrapLmkToken,
  wipeKeyBlockKeys,
  wrapKeyBlock,
  wrapUnderLmk,
} from './index.js';

const key = fromHex('FEDCBA98765432100123456789ABCDEF');
const aesKbpk = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const desKbpk = Uint8Array.from({ length: 24 }, (_, i) => i + 1);
const random = (length: number) => new Uint8Array(length).fill(0x5a);
const protectionOf = (version: KeyBlockVersion) => ('DE1'.includes(version) ? aesKbpk : desKbpk);
const headerOf = (version: KeyBlockVersion) => ({
  version,
  usage: 'P0',
  algorithm: 'DE1'.includes(version) ? 'A' : 'T',
  modeOfUse: 'E',
});
const versions = ['A', 'B', 'C', 'D', 'E', '0', '1'] as const;
const times = (wiped: string[], secret: Uint8Array) =>
  wiped.filter((hex) => hex === toHex(secret)).length;

describe.each(versions)('version %s', (version) => {
  const kbpk = protectionOf(version);
  const header = headerOf(version);
  const wrapped = () => wrapKeyBlock({ kbpk, header, key, random });
  const { kbek, kbak } = deriveKeyBytes(version, kbpk);
  /** The clear field: length, key, padding up to the longest key of the algorithm and whole blocks. */
  const field = (bytes: number) => {
    const clear = random(bytes);
    clear.set([0, 128]);
    clear.set(key, 2);
    return clear;
  };
  const clear = field({ A: 32, B: 32, C: 32, D: 48, E: 34, '0': 32, '1': 48 }[version]);
  /** Derivation by CMAC also leaves the blocks from which the keys are cut. */
  const derivations = version === 'B' || 'DE1'.includes(version) ? 1 : 0;

  it('wrapping leaves neither the working keys nor the clear field', () => {
    const wiped = wipedBy(wrapped);
    expect(times(wiped, clear)).toBe(1);
    // As bytes, and as the copy that the key object holds.
    expect(times(wiped, kbek)).toBe(2 + derivations);
    expect(times(wiped, kbak)).toBe(2 + derivations);
    expect(times(wiped, kbpk)).toBe(derivations);
  });

  it('unwrapping leaves neither, whether the MAC verifies or not', () => {
    const block = wrapped();
    for (const text of [block, `${block.slice(0, -1)}${block.endsWith('0') ? '1' : '0'}`]) {
      const wiped = wipedBy(() => unwrapKeyBlock({ kbpk, block: text }));
      expect(times(wiped, kbek)).toBe(2 + derivations);
      expect(times(wiped, kbak)).toBe(2 + derivations);
      if (text === block) expect(times(wiped, clear)).toBe(1);
    }
  });

  it('keys that were given stay, until they are wiped', () => {
    const keys = deriveKeyBlockKeys(version, kbpk);
    const block = wrapKeyBlock({ kbpk: keys, header, key, random });
    expect(block).toBe(wrapped());
    expect(unwrapKeyBlock({ kbpk: keys, block }).ok).toBe(true);
    expect(unwrapKeyBlock({ kbpk: keys, block }).ok).toBe(true);
    wipeKeyBlockKeys(keys);
    const wiped = inputError('KEY_WIPED: the key was wiped');
    expect(() => keys.encryption.encryptInto(key, 0, new Uint8Array(16), 0)).toThrow(wiped);
    expect(() => keys.authentication.encryptInto(key, 0, new Uint8Array(16), 0)).toThrow(wiped);
  });
});

describe('a field whose MAC does not verify', () => {
  it.each(['B', 'D', 'E'] as const)('version %s: is overwritten', (version) => {
    const kbpk = protectionOf(version);
    const block = wrapKeyBlock({ kbpk, header: headerOf(version), key, random });
    // The header is under the MAC, the initial vector is the MAC: the field opens as it was.
    const other = block.replace('P0', 'K0');
    const wiped = wipedBy(() => unwrapKeyBlock({ kbpk, block: other }));
    expect(wiped.some((hex) => hex.startsWith(`0080${toHex(key)}`))).toBe(true);
  });
});

describe('derivation', () => {
  it('leaves no block of the key stream', () => {
    const { kbek, kbak } = deriveKeyBytes('B', desKbpk);
    const wiped = wipedBy(() => deriveKeyBytes('B', desKbpk));
    for (const derived of [kbek, kbak]) {
      for (let at = 0; at < 24; at += 8) expect(times(wiped, derived.slice(at, at + 8))).toBe(1);
      expect(times(wiped, derived)).toBe(1);
    }
    expect(times(wiped, desKbpk)).toBe(1);
  });
});

describe('tokens under an LMK', () => {
  const pair = fromHex('0123456789ABCDEFFEDCBA9876543210');
  it('leave no variant of the pair', () => {
    const base = lmkVariant(pair, 3);
    const parts = [0xa6, 0x5a].map((value) => {
      const part = Uint8Array.from(base);
      part[8]! ^= value;
      return part;
    });
    const choice = { pair, variant: 3 };
    const token = wrapUnderLmk({ ...choice, scheme: 'U', key });
    for (const run of [
      () => wrapUnderLmk({ ...choice, scheme: 'U', key }),
      () => unwrapLmkToken({ ...choice, token }),
    ]) {
      const wiped = wipedBy(run);
      expect(times(wiped, base)).toBe(1);
      for (const part of parts) expect(times(wiped, part)).toBe(1);
    }
    expect(toHex(pair)).toBe('0123456789ABCDEFFEDCBA9876543210');
  });
});
