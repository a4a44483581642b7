import { createCipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { DesBatch, DesKey, decryptMany, encryptMany } from './index.js';

function openssl(key: Uint8Array, hi: number, lo: number): [number, number] {
  const full = Buffer.concat([key, key, key]).subarray(0, key.length === 16 ? 24 : undefined);
  const k = key.length === 24 ? Buffer.from(key) : full.subarray(0, 24);
  const cipher = createCipheriv('des-ede3-ecb', createSecretKey(k), null).setAutoPadding(false);
  const block = Buffer.alloc(8);
  block.writeInt32BE(hi, 0);
  block.writeInt32BE(lo, 4);
  const out = cipher.update(block);
  return [out.readInt32BE(0), out.readInt32BE(4)];
}

describe.each(['auto', 'constant-time', 'scalar'] as const)('engine %s', (engine) => {
  const batch = new DesBatch({ engine });

  it.each([1, 2, 19, 20, 21, 63, 127, 128, 129, 147, 148, 300])('%d jobs', (count) => {
    const raw = Array.from({ length: count }, (_, i) => randomBytes([8, 16, 24][i % 3]!));
    const keys = raw.map((bytes) => DesKey.of(bytes));
    const handles = Int32Array.from(keys, (key) => batch.add(key));
    const clear = Int32Array.from({ length: 2 * count }, () => randomBytes(4).readInt32BE());
    const blocks = Int32Array.from(clear);
    batch.encryptMany(handles, blocks);
    raw.forEach((bytes, i) => {
      const want = openssl(bytes, clear[2 * i]!, clear[2 * i + 1]!);
      expect([blocks[2 * i], blocks[2 * i + 1]]).toEqual(want);
    });
    expect(batch.isWiped()).toBe(true);
    batch.decryptMany(handles, blocks);
    expect(blocks).toEqual(clear);
    expect(batch.isWiped()).toBe(true);
    for (const key of keys) key.wipe();
    expect(batch.keyCount).toBe(0);
  });
});

it('shared', () => {
  const keys = Array.from({ length: 5000 }, () => DesKey.of(randomBytes(16)));
  const clear = Int32Array.from({ length: 10000 }, () => randomBytes(4).readInt32BE());
  const blocks = Int32Array.from(clear);
  encryptMany(keys, blocks);
  decryptMany(keys, blocks);
  expect(blocks).toEqual(clear);
});
