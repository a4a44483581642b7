import { createHash } from 'node:crypto';
import { codeOf } from '../test/oracle.js';
import {
  adaptiveProportionTest,
  concatBytes,
  failedStatisticalTests,
  type HealthTest,
  isHealthy,
  proportionCutoff,
  repetitionCountTest,
  STATISTICAL_BYTES,
} from './index.js';

/** Bytes that look random and are always the same: SHA-256 of a counter. */
function goodBytes(length: number, seed = 0): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    createHash('sha256').update(`${seed}/${i}`).digest(),
  );
  return concatBytes(...blocks).slice(0, length);
}

/** How many samples a test took before it failed; Infinity when it never did. */
function failsAfter(test: HealthTest, samples: Iterable<number>): number {
  let count = 0;
  for (const sample of samples) {
    count++;
    if (!test.push(sample)) return count;
  }
  return Number.POSITIVE_INFINITY;
}

describe('repetition count', () => {
  it.each([
    [8, 5],
    [4, 9],
    [1, 31],
    [0.5, 61],
  ])('at %d bits of entropy fails at the %dth equal sample, not before', (entropy, cutoff) => {
    const equal = new Uint8Array(100).fill(7);
    expect(failsAfter(repetitionCountTest(entropy), equal)).toBe(cutoff);
    const almost = Array.from({ length: 1000 }, (_, i) => Math.floor(i / (cutoff - 1)) % 2);
    expect(failsAfter(repetitionCountTest(entropy), almost)).toBe(Number.POSITIVE_INFINITY);
  });

  it('stays failed', () => {
    const test = repetitionCountTest(8);
    expect(failsAfter(test, new Uint8Array(5))).toBe(5);
    expect(test.push(1)).toBe(false);
  });
});

describe('adaptive proportion', () => {
  it('has the cutoffs that the Linux jitter generator publishes (window 512, 2^-30)', () => {
    const published = [325, 422, 459, 477, 488, 494, 499, 502, 505, 507, 508, 509, 510, 511, 512];
    expect(published.map((_, i) => proportionCutoff(1 / (i + 1)))).toEqual(published);
  });

  it('fails at the cutoff within a window, not before, and starts again with the next', () => {
    const cutoff = proportionCutoff(8);
    const often = (times: number) =>
      Array.from({ length: 512 }, (_, i) => (i < times ? 9 : 10 + (i % 200)));
    expect(failsAfter(adaptiveProportionTest(8), often(cutoff))).toBe(cutoff);
    const below = [...often(cutoff - 1), ...often(cutoff - 1)];
    expect(failsAfter(adaptiveProportionTest(8), below)).toBe(Number.POSITIVE_INFINITY);
  });

  it('stays failed', () => {
    const test = adaptiveProportionTest(8);
    failsAfter(test, new Uint8Array(512));
    expect(test.push(1)).toBe(false);
  });
});

it('good bytes are healthy, stuck ones are not', () => {
  expect(isHealthy(goodBytes(100_000))).toBe(true);
  expect(isHealthy(new Uint8Array(5))).toBe(false);
  expect(isHealthy(new Uint8Array())).toBe(true);
});

describe('statistical tests', () => {
  const good = goodBytes(STATISTICAL_BYTES);

  it('a good sample passes all', () => {
    expect(failedStatisticalTests(good)).toEqual([]);
  });

  it('zeros fail all', () => {
    expect(failedStatisticalTests(new Uint8Array(STATISTICAL_BYTES))).toEqual([
      'monobit',
      'poker',
      'runs',
      'long-run',
    ]);
  });

  it('alternating bits have as many ones as zeros, and fail the rest but the long run', () => {
    const alternating = new Uint8Array(STATISTICAL_BYTES).fill(0x55);
    expect(failedStatisticalTests(alternating)).toEqual(['poker', 'runs']);
  });

  it('one long run is seen: 26 bits, not 25', () => {
    const withRun = (length: number) => {
      const sample = new Uint8Array(good);
      for (let i = 0; i < length + 2; i++) {
        const bit = i === 0 || i === length + 1 ? 0 : 1;
        const at = 800 + i;
        const mask = 0x80 >> (at & 7);
        sample[at >> 3] = bit ? sample[at >> 3]! | mask : sample[at >> 3]! & ~mask;
      }
      return failedStatisticalTests(sample);
    };
    expect(withRun(25)).toEqual([]);
    expect(withRun(26)).toEqual(['long-run']);
  });

  it('a bias of two in a hundred fails monobit', () => {
    const biased = good.map((byte, i) => (i % 6 === 0 ? byte | 0x11 : byte));
    expect(failedStatisticalTests(biased)).toContain('monobit');
  });

  it('refuses another length', () => {
    for (const length of [0, STATISTICAL_BYTES - 1, STATISTICAL_BYTES + 1]) {
      expect(codeOf(() => failedStatisticalTests(new Uint8Array(length)))).toBe('SAMPLE_LENGTH');
    }
  });
});

it.each([0, -1, 8.1, Number.NaN, '8', undefined])('refuses an entropy of %j', (entropy) => {
  expect(codeOf(() => repetitionCountTest(entropy as never))).toBe('ENTROPY_INVALID');
  expect(codeOf(() => adaptiveProportionTest(entropy as never))).toBe('ENTROPY_INVALID');
  expect(codeOf(() => proportionCutoff(entropy as never))).toBe('ENTROPY_INVALID');
});

it.each([-1, 256, 1.5, '1'])('refuses a sample of %j', (sample) => {
  expect(codeOf(() => repetitionCountTest(8).push(sample as never))).toBe('SAMPLE_INVALID');
  expect(codeOf(() => adaptiveProportionTest(8).push(sample as never))).toBe('SAMPLE_INVALID');
});
