import { codeOf } from '../test/oracle.js';
import { webAssembly } from './bitslice/webassembly.js';
import { desBatchContract } from './des-batch.contract.js';
import { BATCH_ENGINES, DesBatch } from './index.js';

for (const engine of BATCH_ENGINES) desBatchContract(engine);

it('the bit-sliced engine is in use here, unless scalar is asked for', () => {
  expect(BATCH_ENGINES.map((engine) => new DesBatch({ engine, capacity: 128 }).bitsliced)).toEqual([
    true,
    true,
    false,
  ]);
});

it.each([0, 64, 129, 1000, 131_072, 128.5, '128'])('refuses a capacity of %j', (capacity) => {
  expect(codeOf(() => new DesBatch({ capacity: capacity as never }))).toBe('CAPACITY_INVALID');
});

it('takes the largest capacity', () => {
  expect(new DesBatch({ capacity: 65_536 }).capacity).toBe(65_536);
});

it('refuses an engine that it does not know', () => {
  expect(codeOf(() => new DesBatch({ engine: 'fast' as never }))).toBe('ENGINE_UNKNOWN');
});

describe('without SIMD', () => {
  it('auto falls back to integers, constant-time refuses', () => {
    const validate = webAssembly!.validate;
    try {
      webAssembly!.validate = () => false;
      expect(new DesBatch().bitsliced).toBe(false);
      expect(codeOf(() => new DesBatch({ engine: 'constant-time' }))).toBe('ENGINE_UNSUPPORTED');
    } finally {
      webAssembly!.validate = validate;
    }
  });
});
