import fc from 'fast-check';
import { bytesOf, codeOf, int32 } from '../test/oracle.js';
import { DesKey, decryptMany, desEncryptBlock, encryptMany } from './index.js';
import { sharedBatch } from './shared-batch.js';

function keysOf(count: number, lengthBytes = 16): DesKey[] {
  return Array.from({ length: count }, (_, i) =>
    DesKey.of(
      Uint8Array.from({ length: lengthBytes }, (_, j) => (i * 37 + j * 11 + (i >> 5)) & 255),
    ),
  );
}

function oneByOne(keys: readonly DesKey[], blocks: Int32Array): Int32Array {
  const out = new Int32Array(blocks);
  const block = new Int32Array(2);
  keys.forEach((key, i) => {
    desEncryptBlock(key, blocks[2 * i]!, blocks[2 * i + 1]!, block);
    out.set(block, 2 * i);
  });
  return out;
}

afterEach(() => sharedBatch().clear());

it.each([0, 1, 19, 20, 127, 128, 129, 150, 400])('%d jobs are as one by one', (count) => {
  const lists = fc.tuple(
    fc.array(fc.constantFrom(8, 16, 24).chain(bytesOf), { minLength: count, maxLength: count }),
    fc.array(int32, { minLength: 2 * count, maxLength: 2 * count }),
  );
  fc.assert(
    fc.property(lists, ([raw, words]) => {
      const keys = raw.map((bytes) => DesKey.of(bytes));
      const clear = Int32Array.from(words);
      const blocks = new Int32Array(clear);
      encryptMany(keys, blocks);
      expect(blocks).toEqual(oneByOne(keys, clear));
      decryptMany(keys, blocks);
      expect(blocks).toEqual(clear);
    }),
    { numRuns: 4, endOnFailure: true },
  );
});

it('a chained pair: decrypt under one key, encrypt under another', () => {
  const [from, to] = [keysOf(50), keysOf(50, 24)];
  const clear = Int32Array.from({ length: 100 }, (_, i) => i * 77);
  const blocks = oneByOne(from, clear);
  decryptMany(from, blocks);
  encryptMany(to, blocks);
  expect(blocks).toEqual(oneByOne(to, clear));
});

it('more keys than slots: the slots are wiped and filled again', () => {
  const keys = keysOf(sharedBatch().capacity + 300);
  const clear = new Int32Array(2 * keys.length).fill(9);
  const blocks = new Int32Array(clear);
  for (let round = 0; round < 2; round++) {
    encryptMany(keys, blocks);
    expect(blocks).toEqual(oneByOne(keys, clear));
    decryptMany(keys, blocks);
    expect(blocks).toEqual(clear);
  }
  expect(sharedBatch().keyCount).toBeLessThanOrEqual(sharedBatch().capacity);
});

it('loads a key once, and gives its slot back when it is wiped', () => {
  const keys = keysOf(40);
  encryptMany(keys, new Int32Array(80));
  encryptMany(keys, new Int32Array(80));
  expect(sharedBatch().keyCount).toBe(40);
  keys[3]!.wipe();
  expect(sharedBatch().keyCount).toBe(39);
  expect(codeOf(() => encryptMany(keys, new Int32Array(80)))).toBe('KEY_WIPED');
  expect(sharedBatch().isWiped()).toBe(true);
  expect(codeOf(() => decryptMany([keys[3]!], new Int32Array(2)))).toBe('KEY_WIPED');
});

it('takes no slots for small batches', () => {
  encryptMany(keysOf(19), new Int32Array(38));
  expect(sharedBatch().keyCount).toBe(0);
});

it('refuses what does not fit together', () => {
  const keys = keysOf(30);
  expect(codeOf(() => encryptMany(keys, new Int32Array(59)))).toBe('BATCH_LENGTH');
  expect(codeOf(() => decryptMany(keys, new Int32Array(60), 31))).toBe('BATCH_LENGTH');
  expect(codeOf(() => encryptMany(keys, new Int32Array(60), -1))).toBe('BATCH_LENGTH');
});
