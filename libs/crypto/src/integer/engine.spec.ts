/** Both forms of the integer engine: the same cipher as OpenSSL, and the same memory word for word. */
import { unsafe } from '@noble/ciphers/aes.js';
import fc from 'fast-check';
import { aesKeyBytes, bytesOf, int32, opensslEncrypt } from '../../test/oracle.js';
import { webAssembly } from '../bitslice/webassembly.js';
import { type IntegerEngine, typescriptEngine, webAssemblyEngine } from './engine.js';
import { LAYOUT, MEMORY_BYTES, PASS_BYTES, PLACES, SCHEDULE_BYTES, sBoxAddress } from './layout.js';
import { emitIntegerModule } from './module.js';

const typescript = typescriptEngine();
const module = webAssemblyEngine()!;
const at = LAYOUT.schedules;

/** K1 forwards, K2 backwards, K3 forwards, as `makeSchedule` does it. */
function load({ expand }: IntegerEngine, keys: readonly [number, number][]): void {
  keys.forEach(([hi, lo], i) => {
    const to = at + i * PASS_BYTES;
    if (i === 1) expand(to + PASS_BYTES - 8, -8, hi, lo);
    else expand(to, 8, hi, lo);
  });
}

function crypt(engine: IntegerEngine, end: number, hi: number, lo: number): number[] {
  engine.crypt(at, end, hi, lo);
  return [...engine.words.subarray(0, 2)];
}

it('the runtime has WebAssembly, or one form was not tested', () => {
  expect(webAssemblyEngine()).toBeDefined();
});

it('emits a valid module of less than 3 KB, the same bytes every time', () => {
  const bytes = emitIntegerModule(3);
  expect(webAssembly!.validate(bytes)).toBe(true);
  expect(bytes.length).toBeLessThan(3072);
  expect(emitIntegerModule(3)).toEqual(bytes);
});

it('the memory holds every place, and cannot grow', () => {
  expect(module.words.byteLength).toBeGreaterThanOrEqual(MEMORY_BYTES);
  expect(MEMORY_BYTES - LAYOUT.schedules).toBe(PLACES * SCHEDULE_BYTES);
  expect(sBoxAddress(8)).toBe(LAYOUT.halves);
  const { Instance, Module } = webAssembly!;
  const { memory } = new Instance(new Module(emitIntegerModule(3))).exports as {
    memory: { grow(pages: number): void };
  };
  expect(() => memory.grow(1)).toThrow();
});

const half = fc.tuple(int32, int32);

it('single and triple DES are those of OpenSSL, in both forms', () => {
  fc.assert(
    fc.property(bytesOf(24), bytesOf(8), (key, block) => {
      const keyWords = Buffer.from(key);
      const keys = [0, 8, 16].map((i): [number, number] => [
        keyWords.readInt32BE(i),
        keyWords.readInt32BE(i + 4),
      ]);
      const [hi, lo] = [Buffer.from(block).readInt32BE(0), Buffer.from(block).readInt32BE(4)];
      for (const engine of [typescript, module]) {
        load(engine, keys);
        for (const [end, used] of [
          [at + PASS_BYTES, key.subarray(0, 8)],
          [at + SCHEDULE_BYTES, key],
        ] as const) {
          const want = Buffer.from(opensslEncrypt({ cipher: 'des', mode: 'ecb' }, used, block));
          expect(crypt(engine, end, hi, lo)).toEqual([want.readInt32BE(0), want.readInt32BE(4)]);
        }
      }
    }),
  );
});

it('both forms leave the same round keys and answers', () => {
  fc.assert(
    fc.property(fc.tuple(half, half, half), half, (keys, [hi, lo]) => {
      load(typescript, keys);
      load(module, keys);
      const places = [typescript, module].map(({ words }) =>
        words.slice(at >> 2, (at + SCHEDULE_BYTES) >> 2),
      );
      expect(places[1]).toEqual(places[0]);
      const end = at + SCHEDULE_BYTES;
      expect(crypt(module, end, hi, lo)).toEqual(crypt(typescript, end, hi, lo));
    }),
  );
});

it('AES is that of OpenSSL, in both forms and all key lengths', () => {
  fc.assert(
    fc.property(aesKeyBytes, bytesOf(16), (key, block) => {
      const roundKeys = unsafe.expandKeyLE(key);
      const [c0, c1, c2, c3] = columnsOf(block);
      const want = columnsOf(opensslEncrypt({ cipher: 'aes', mode: 'ecb' }, key, block));
      for (const engine of [typescript, module]) {
        engine.words.set(roundKeys, at >> 2);
        engine.aes(at, at + 4 * roundKeys.length - 16, c0, c1, c2, c3);
        expect([...engine.words.subarray(0, 4)]).toEqual(want);
      }
    }),
    { numRuns: 300 },
  );
});

function columnsOf(block: Uint8Array): [number, number, number, number] {
  const bytes = Buffer.from(block);
  return [0, 4, 8, 12].map((i) => bytes.readInt32LE(i)) as [number, number, number, number];
}
