import { BitsliceEngine, bitsliceSupported } from './engine.js';
import { LAYOUT, wiring, wiringAddress } from './layout.js';
import { emitModule } from './module.js';
import { webAssembly } from './webassembly.js';

const valid = Int32Array.from({ length: 128 }, (_, slot) => 128 + slot);
const job = { handles: valid, valid, slotMask: 127, from: 0, passes: 3 } as const;

function loaded(): BitsliceEngine {
  const engine = new BitsliceEngine(128);
  for (let slot = 0; slot < 128; slot++) {
    engine.setKey(
      slot,
      Uint8Array.from({ length: [8, 16, 24][slot % 3]! }, (_, i) => slot + 7 * i),
    );
  }
  return engine;
}

it('the machine has SIMD, or nothing here was tested', () => {
  expect(bitsliceSupported()).toBe(true);
});

it('emits a valid module of 12 to 16 KB, the same bytes every time', () => {
  const bytes = emitModule(2);
  expect(webAssembly!.validate(bytes)).toBe(true);
  expect(bytes.length).toBeGreaterThan(12_000);
  expect(bytes.length).toBeLessThan(16_384);
  expect(emitModule(2)).toEqual(bytes);
});

it('the memory cannot grow', () => {
  const { Instance, Module } = webAssembly!;
  const { memory } = new Instance(new Module(emitModule(3))).exports as {
    memory: { grow(pages: number): void; buffer: ArrayBuffer };
  };
  expect(memory.buffer.byteLength).toBe(3 * 65_536);
  expect(() => memory.grow(1)).toThrow();
});

it('the areas of the layout do not overlap', () => {
  const ends = (['encrypt', 'decrypt'] as const).flatMap((direction) =>
    ([2, 3] as const).map(
      (parts) => wiringAddress(direction, parts) + wiring(direction, parts).byteLength,
    ),
  );
  expect(new Set(ends).size).toBe(4);
  expect(Math.max(...ends)).toBeLessThanOrEqual(LAYOUT.keys);
  expect(wiringAddress('encrypt', 2)).toBe(LAYOUT.wirings);
});

it.each([1, 20, 127, 128])('nothing is left of a batch of %d', (count) => {
  const engine = loaded();
  const blocks = new Int32Array(2 * count).fill(0x5a5a5a5a);
  for (const direction of ['encrypt', 'decrypt'] as const) {
    expect(engine.run({ ...job, blocks, count, direction })).toBe(true);
    expect(engine.isWiped()).toBe(true);
  }
  expect(blocks.every((word) => word === 0x5a5a5a5a)).toBe(true);
});

it('a removed key leaves zeros', () => {
  const engine = loaded();
  expect(engine.isClear(17)).toBe(false);
  engine.clearKey(17);
  expect(engine.isClear(17)).toBe(true);
  expect(engine.isClear(16)).toBe(false);
  expect(engine.isClear(18)).toBe(false);
});

it('lanes do not see one another: a block is enciphered alike in every lane and company', () => {
  const engine = loaded();
  const alone = Int32Array.of(1, 2);
  const handles = new Int32Array(128).fill(valid[5]!);
  engine.run({ ...job, handles, blocks: alone, count: 1, direction: 'encrypt' });
  for (const lane of [0, 1, 31, 32, 63, 64, 126, 127]) {
    const company = new Int32Array(valid);
    company[lane] = valid[5]!;
    const blocks = Int32Array.from({ length: 256 }, (_, i) => i * 0x01234567);
    blocks.set([1, 2], 2 * lane);
    engine.run({ ...job, handles: company, blocks, count: 128, direction: 'encrypt' });
    expect([...blocks.subarray(2 * lane, 2 * lane + 2)]).toEqual([...alone]);
  }
});

it('runs a part in the middle, and nothing around it', () => {
  const engine = loaded();
  const blocks = new Int32Array(60).fill(3);
  engine.run({ ...job, blocks, from: 10, count: 10, direction: 'encrypt' });
  expect(blocks.subarray(0, 20).every((word) => word === 3)).toBe(true);
  expect(blocks.subarray(40).every((word) => word === 3)).toBe(true);
  expect(blocks.subarray(20, 40).some((word) => word === 3)).toBe(false);
});

it('a handle that is not valid stops the batch before it begins', () => {
  const engine = loaded();
  const handles = new Int32Array(valid);
  handles[3] = 3;
  const blocks = new Int32Array(256).fill(1);
  expect(engine.run({ ...job, handles, blocks, count: 128, direction: 'encrypt' })).toBe(false);
  expect(blocks.every((word) => word === 1)).toBe(true);
  expect(engine.isWiped()).toBe(true);
});
