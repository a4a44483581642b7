import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { RecordVault } from './record-vault.js';

const random = (length: number) => Uint8Array.from(randomBytes(length));
const key = (fill: number, version: number) => ({ version, key: new Uint8Array(32).fill(fill) });
const PAN = '4000000000000010';
const digits = (minLength: number, maxLength: number) =>
  fc.stringMatching(new RegExp(`^[0-9]{${minLength},${maxLength}}$`));

it('opens what it sealed, for the account alone', () => {
  const vault = new RecordVault([key(1, 1)], random);
  fc.assert(
    fc.property(
      digits(12, 19),
      digits(12, 19),
      fc.string({ maxLength: 80 }),
      (pan, other, text) => {
        const sealed = vault.seal(pan, text);
        expect(vault.open(pan, sealed)).toBe(text);
        if (other !== pan) expect(vault.open(other, sealed)).toBeUndefined();
      },
    ),
    { numRuns: 50 },
  );
});

it('shows nothing of the record, and seals it anew each time', () => {
  const vault = new RecordVault([key(1, 1)], random);
  const [a, b] = [vault.seal(PAN, '1:4321'), vault.seal(PAN, '1:4321')];
  expect(a).not.toBe(b);
  expect(Buffer.from(a, 'base64url').includes('4321')).toBe(false);
});

it('opens nothing that was altered, cut or made of other text', () => {
  const vault = new RecordVault([key(1, 1)], random);
  const sealed = Buffer.from(vault.seal(PAN, '1:4321'), 'base64url');
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Buffer.from(sealed);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(vault.open(PAN, changed.toString('base64url'))).toBeUndefined();
  }
  for (let length = 0; length < sealed.length; length++) {
    expect(vault.open(PAN, sealed.subarray(0, length).toString('base64url'))).toBeUndefined();
  }
  for (const text of ['', '§', 'payshield:ZPK:U00', '\u0001']) {
    expect(vault.open(PAN, text)).toBeUndefined();
  }
});

it('seals under the newest key and opens all that it has', () => {
  const old = new RecordVault([key(1, 1)], random);
  const both = new RecordVault([key(2, 2), key(1, 1)], random);
  expect(both.open(PAN, old.seal(PAN, 'x'))).toBe('x');
  expect(old.open(PAN, both.seal(PAN, 'x'))).toBeUndefined();
});

it('wants keys of 32 bytes with a version', () => {
  const made = (keys: { version: number; key: Uint8Array }[]) => () =>
    new RecordVault(keys, random);
  expect(made([])).toThrow('records need a key');
  expect(made([key(1, 0)])).toThrow('version');
  expect(made([{ version: 1, key: new Uint8Array(16) }])).toThrow('32 bytes');
});
