import { KEY_ROLES } from './key-roles.js';
import { KnownKeys, sameToken } from './known-keys.js';
import { testLmks } from './lmk.js';
import { LmkContext } from './lmk-context.js';
import { LmkDevice } from './lmk-device.js';
import { OpenKey } from './open-key.js';

const [lmk, other] = testLmks('legacy') as [ReturnType<typeof testLmks>[0], never];
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const keyOf = (fill: number) => new OpenKey(new Uint8Array(16).fill(fill), 'T');
const TOKEN = `U${'0123456789ABCDEF'.repeat(2)}`;

it('finds a key by the bytes of its token, anywhere in a buffer', () => {
  const known = new KnownKeys();
  const key = keyOf(1);
  known.add(lmk, '001', bytes(TOKEN), key);
  const buffer = bytes(`..${TOKEN}...`);
  expect(known.find(lmk, '001', buffer, 2, 2 + TOKEN.length)).toBe(key);
});

it('finds none for a token that differs in one character, another type or LMK', () => {
  const known = new KnownKeys();
  known.add(lmk, '001', bytes(TOKEN), keyOf(1));
  for (let i = 0; i < TOKEN.length; i++) {
    const changed = bytes(TOKEN);
    changed[i] = changed[i]! ^ 1;
    expect(known.find(lmk, '001', changed, 0, changed.length)).toBeUndefined();
  }
  const token = bytes(TOKEN);
  expect(known.find(lmk, '001', token, 0, token.length - 1)).toBeUndefined();
  expect(known.find(lmk, '002', token, 0, token.length)).toBeUndefined();
  expect(known.find(other, '001', token, 0, token.length)).toBeUndefined();
});

it('compares every character of a token, whatever its length', () => {
  for (const size of [16, 17, 33, 34, 35]) {
    const text = 'U0123456789ABCDEF0123456789ABCDEF0123'.slice(0, size);
    const view = (some: string) => new DataView(bytes(some).buffer);
    const [token, same] = [view(text), view(`..${text}`)];
    expect(sameToken(token, same, 2, 2 + size)).toBe(true);
    expect(sameToken(token, same, 2, 1 + size)).toBe(false);
    for (let i = 0; i < size; i++) {
      const other = view(`..${text}`);
      other.setUint8(2 + i, other.getUint8(2 + i) ^ 1);
      expect(sameToken(token, other, 2, 2 + size)).toBe(false);
    }
  }
});

it('gives no key that was wiped, and takes its place again', () => {
  const known = new KnownKeys();
  const key = keyOf(1);
  known.add(lmk, '001', bytes(TOKEN), key);
  key.wipe();
  expect(known.find(lmk, '001', bytes(TOKEN), 0, TOKEN.length)).toBeUndefined();
  const anew = keyOf(2);
  known.add(lmk, '001', bytes(TOKEN), anew);
  expect(known.find(lmk, '001', bytes(TOKEN), 0, TOKEN.length)).toBe(anew);
});

it('forgets, but never confuses, tokens that end alike', () => {
  const known = new KnownKeys();
  const tokens = Array.from({ length: 40 }, (_, i) => `U${String(i).padStart(24, '0')}ABCDEF01`);
  for (const [i, token] of tokens.entries()) known.add(lmk, '001', bytes(token), keyOf(i + 1));
  const found = tokens.map((token) => known.find(lmk, '001', bytes(token), 0, token.length));
  expect(found.filter((key) => key !== undefined).length).toBeGreaterThanOrEqual(8);
  for (const [i, key] of found.entries()) {
    if (key !== undefined) expect(key.bytes[0]).toBe(i + 1);
  }
});

it('is held to what the cache of the device holds', () => {
  const random = (length: number) => new Uint8Array(length).map((_, i) => 31 * i + 7);
  const device = new LmkDevice({ random, mode: 'legacy' });
  const context = new LmkContext(device);
  const token = context.sealKey(context.newKey('U'), '001', 'U');
  context.key(token, 'zpk');
  const use = { row: KEY_ROLES.zpk, need: 'encrypt' } as const;
  const find = () => device.keys.known(device.defaultLmk, use, bytes(token), 0, token.length);
  expect(find()).toBeDefined();
  device.wipe();
  expect(find()).toBeUndefined();
});
