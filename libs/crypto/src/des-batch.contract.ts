import fc from 'fast-check';
import { codeOf, desKeyBytes, int32, opensslEncrypt, tripleLength } from '../test/oracle.js';
import { DesBatch, type DesBatchOptions, DesKey } from './index.js';

/** What every engine of `DesBatch` holds. */
export function desBatchContract(engine: DesBatchOptions['engine']): void {
  describe(`DesBatch, engine ${engine}`, () => {
    const batch = new DesBatch({ engine, capacity: 512 });
    afterEach(() => batch.clear());

    it.each([1, 2, 19, 20, 21, 63, 127, 128, 129, 147, 148, 300])(
      '%d jobs of mixed key lengths agree with OpenSSL, and decipher',
      (count) => {
        const job = fc.tuple(desKeyBytes, int32, int32);
        fc.assert(
          fc.property(fc.array(job, { minLength: count, maxLength: count }), (jobs) => {
            const handles = Int32Array.from(jobs, ([key]) => batch.add(DesKey.of(key)));
            const clear = Int32Array.from(jobs.flatMap(([, hi, lo]) => [hi, lo]));
            const blocks = new Int32Array(clear);
            batch.encryptMany(handles, blocks);
            jobs.forEach(([key], i) => {
              expect(pair(blocks, i)).toEqual(openssl(key, clear, i));
            });
            expect(batch.isWiped()).toBe(true);
            batch.decryptMany(handles, blocks);
            expect(blocks).toEqual(clear);
            expect(batch.isWiped()).toBe(true);
            batch.encryptManySingle(handles, blocks);
            jobs.forEach(([key], i) => {
              expect(pair(blocks, i)).toEqual(openssl(key.subarray(0, 8), clear, i));
            });
            batch.clear();
          }),
          { numRuns: 3, endOnFailure: true },
        );
      },
    );

    it('touches only the first jobs that count says', () => {
      const key = DesKey.of(new Uint8Array(16).fill(3));
      const handles = new Int32Array(40).fill(batch.add(key));
      const blocks = new Int32Array(80).fill(7);
      batch.encryptMany(handles, blocks, 25);
      expect(blocks.subarray(50).every((word) => word === 7)).toBe(true);
      expect(blocks.subarray(0, 50).some((word) => word === 7)).toBe(false);
      const same = new Int32Array(80).fill(7);
      batch.encryptMany(handles, same, 3);
      expect([...same.subarray(0, 6)]).toEqual([...blocks.subarray(0, 6)]);
      expect(same.subarray(6).every((word) => word === 7)).toBe(true);
      batch.encryptMany(handles, same, 0);
    });

    it.each([1, 40, 200])('refuses an unknown handle in %d jobs, and changes nothing', (count) => {
      const handle = batch.add(DesKey.of(new Uint8Array(8)));
      const removed = batch.add(DesKey.of(new Uint8Array(8)));
      batch.remove(removed);
      const slotOfFree = 300;
      for (const wrong of [removed, 0, 1, -1, slotOfFree, 511, 0x7fffffff, -0x80000000]) {
        const handles = new Int32Array(count).fill(handle);
        handles[count - 1] = wrong;
        const blocks = new Int32Array(2 * count).fill(5);
        for (const run of ['encryptMany', 'decryptMany', 'encryptManySingle'] as const) {
          expect(codeOf(() => batch[run](handles, blocks))).toBe('HANDLE_INVALID');
          expect(blocks.every((word) => word === 5)).toBe(true);
        }
      }
      expect(batch.isWiped()).toBe(true);
    });

    it('gives a slot out again under another handle', () => {
      const first = batch.add(DesKey.of(new Uint8Array(8)));
      batch.remove(first);
      const second = batch.add(DesKey.of(new Uint8Array(8)));
      expect(second).not.toBe(first);
      expect(batch.has(first)).toBe(false);
      expect(batch.has(second)).toBe(true);
      batch.remove(first);
      expect(batch.has(second)).toBe(true);
    });

    it('is full at its capacity, and has room again after a removal', () => {
      const key = DesKey.of(new Uint8Array(8));
      const handles = Array.from({ length: 512 }, () => batch.add(key));
      expect(batch.keyCount).toBe(512);
      expect(codeOf(() => batch.add(key))).toBe('BATCH_FULL');
      batch.remove(handles[100]!);
      expect(batch.keyCount).toBe(511);
      batch.add(key);
      key.wipe();
      expect(batch.keyCount).toBe(0);
    });

    it('forgets a key that is wiped, and refuses one that was', () => {
      const key = DesKey.of(new Uint8Array(8));
      const handle = batch.add(key);
      key.wipe();
      expect(batch.has(handle)).toBe(false);
      expect(codeOf(() => batch.add(key))).toBe('KEY_WIPED');
      expect(batch.keyCount).toBe(0);
    });

    it.each([-1, 1.5, 3, Number.NaN])('refuses a count of %d for two jobs', (count) => {
      const handles = new Int32Array(2).fill(batch.add(DesKey.of(new Uint8Array(8))));
      expect(codeOf(() => batch.encryptMany(handles, new Int32Array(4), count))).toBe(
        'BATCH_LENGTH',
      );
    });

    it('refuses blocks that are too few', () => {
      const handles = new Int32Array(2).fill(batch.add(DesKey.of(new Uint8Array(8))));
      expect(codeOf(() => batch.decryptMany(handles, new Int32Array(3)))).toBe('BATCH_LENGTH');
    });
  });
}

const pair = (words: Int32Array, i: number): number[] => [words[2 * i]!, words[2 * i + 1]!];

function openssl(key: Uint8Array, words: Int32Array, i: number): number[] {
  const block = Buffer.alloc(8);
  block.writeInt32BE(words[2 * i]!, 0);
  block.writeInt32BE(words[2 * i + 1]!, 4);
  const ecb = { cipher: 'des', mode: 'ecb' } as const;
  const out = Buffer.from(opensslEncrypt(ecb, tripleLength(key), block));
  return [out.readInt32BE(0), out.readInt32BE(4)];
}
