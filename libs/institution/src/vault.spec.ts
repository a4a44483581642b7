import { randomBytes } from 'node:crypto';
import { gcm } from '@noble/ciphers/aes.js';
import { CardVault } from './vault.js';

const PAN = '4000000000000002';
const random = (length: number) => new Uint8Array(randomBytes(length));
const [first, second] = [random(32), random(32)];
const purpose = new TextEncoder().encode('card number at rest');

describe('card vault', () => {
  it('opens what it sealed, each time other bytes', () => {
    const vault = new CardVault([{ version: 1, key: first }], random);
    const sealed = Array.from({ length: 200 }, () => vault.seal(PAN));
    expect(new Set(sealed.map((bytes) => Buffer.from(bytes).toString('hex'))).size).toBe(200);
    for (const bytes of sealed) expect(vault.open(bytes)).toBe(PAN);
  });

  it('is AES-256-GCM with the version in front', () => {
    const sealed = new CardVault([{ version: 7, key: first }], random).seal(PAN);
    expect(sealed[0]).toBe(7);
    const clear = gcm(first, sealed.subarray(1, 13), purpose).decrypt(sealed.subarray(13));
    expect(new TextDecoder().decode(clear)).toBe(PAN);
  });

  it('seals under the newest version and opens older ones', () => {
    const old = new CardVault([{ version: 1, key: first }], random).seal(PAN);
    const keys = [
      { version: 2, key: second },
      { version: 1, key: first },
    ];
    const vault = new CardVault(keys, random);
    expect(vault.open(old)).toBe(PAN);
    expect(vault.seal(PAN)[0]).toBe(2);
  });

  it('refuses every changed byte, a cut, and a version it does not hold', () => {
    const vault = new CardVault([{ version: 1, key: first }], random);
    const sealed = vault.seal(PAN);
    for (let i = 0; i < sealed.length; i++) {
      const changed = sealed.slice();
      changed[i]! ^= 1;
      expect(() => vault.open(changed)).toThrow(expect.objectContaining({ code: 'VAULT_SEALED' }));
    }
    for (const bytes of [new Uint8Array(0), sealed.slice(0, 29), sealed.slice(0, -1)]) {
      expect(() => vault.open(bytes)).toThrow(expect.objectContaining({ code: 'VAULT_SEALED' }));
    }
  });

  it('refuses no keys, and keys that are none', () => {
    for (const keys of [
      [],
      [{ version: 0, key: first }],
      [{ version: 256, key: first }],
      [{ version: 1, key: new Uint8Array(16) }],
    ]) {
      expect(() => new CardVault(keys, random)).toThrow(
        expect.objectContaining({ code: 'VAULT_KEYS' }),
      );
    }
  });
});
