/**
 * Tests of random bits, as pure functions over bytes.
 *
 * Continuous health tests: NIST SP 800-90B section 4.4, the repetition count test and the adaptive
 * proportion test, fed sample by sample. Statistical tests on demand: FIPS 140-2
 * section 4.9.1 as of change notice 1 (notice 2 dropped them): monobit, poker, runs and long run
 * over 20,000 bits.
 * Not here: estimation of entropy; a generator that passes is not thereby a good one.
 */

import { InputError, requireBytes, requireInteger } from './errors.js';

/** A health test that fails stays failed: the source is to be taken out of use. */
export interface HealthTest {
  /** Takes one sample (a byte); false from the first failure on. */
  push(sample: number): boolean;
}

/** Chance of a false alarm per test: 2^-30, within the range that SP 800-90B recommends. */
export const FALSE_ALARM_EXPONENT = 30;

/** Samples in a window of the adaptive proportion test for a source of bytes. */
export const PROPORTION_WINDOW = 512;

/** Bits of a sample sequence for the statistical tests. */
export const STATISTICAL_BITS = 20_000;
export const STATISTICAL_BYTES = STATISTICAL_BITS / 8;

/**
 * Repetition count test (4.4.1): fails at C = 1 + ceil(30 / H) equal samples in a row.
 * `entropyBits`: claimed min-entropy H of a byte, above 0 and up to 8.
 * @throws InputError ENTROPY_INVALID
 */
export function repetitionCountTest(entropyBits: number): HealthTest {
  requireEntropy(entropyBits);
  const cutoff = 1 + Math.ceil(FALSE_ALARM_EXPONENT / entropyBits);
  let last = -1;
  let count = 0;
  let healthy = true;
  return {
    push(sample) {
      requireSample(sample);
      count = sample === last ? count + 1 : 1;
      last = sample;
      if (count >= cutoff) healthy = false;
      return healthy;
    },
  };
}

/**
 * Adaptive proportion test (4.4.2): the first sample of each window of 512 must not occur C times
 * in it; C is `proportionCutoff`.
 * @throws InputError ENTROPY_INVALID
 */
export function adaptiveProportionTest(entropyBits: number): HealthTest {
  requireEntropy(entropyBits);
  const cutoff = proportionCutoff(entropyBits);
  let first = -1;
  let seen = 0;
  let count = 0;
  let healthy = true;
  return {
    push(sample) {
      requireSample(sample);
      if (seen === 0) {
        first = sample;
        count = 0;
      }
      if (sample === first) count++;
      if (count >= cutoff) healthy = false;
      seen = (seen + 1) % PROPORTION_WINDOW;
      return healthy;
    },
  };
}

/**
 * Cutoff of the adaptive proportion test: 2 + the 1 - 2^-30 quantile of the binomial distribution
 * of the 511 samples after the first, with p = 2^-H; at most 512, so that the test can fail. The
 * standard's formula counts the first sample as if it could differ from itself; this is the
 * correction of the jitterentropy library (public comment 10b), equal or one higher.
 * @throws InputError ENTROPY_INVALID
 */
export function proportionCutoff(entropyBits: number): number {
  requireEntropy(entropyBits);
  const p = 2 ** -entropyBits;
  const others = PROPORTION_WINDOW - 1;
  const logFactorial = [0];
  for (let i = 1; i <= others; i++) logFactorial.push(logFactorial[i - 1]! + Math.log(i));
  let tail = 0;
  for (let k = others; k > 0; k--) {
    const logChoose = logFactorial[others]! - logFactorial[k]! - logFactorial[others - k]!;
    tail += Math.exp(logChoose + k * Math.log(p) + (others - k) * Math.log1p(-p));
    if (tail > 2 ** -FALSE_ALARM_EXPONENT) return Math.min(k + 2, PROPORTION_WINDOW);
  }
  return 2;
}

/** Both continuous tests over a block of bytes from a source that claims full entropy. */
export function isHealthy(bytes: Uint8Array): boolean {
  requireBytes(bytes, 'bytes');
  const tests = [repetitionCountTest(8), adaptiveProportionTest(8)];
  let healthy = true;
  for (const byte of bytes) for (const test of tests) healthy = test.push(byte) && healthy;
  return healthy;
}

export const STATISTICAL_TESTS = ['monobit', 'poker', 'runs', 'long-run'] as const;
export type StatisticalTest = (typeof STATISTICAL_TESTS)[number];

/** Limits of FIPS 140-2; a value must lie strictly between, a run count within. */
const MONOBIT = { above: 9_725, below: 10_275 };
const POKER = { above: 2.16, below: 46.17 };
/** Runs of 1 to 5 bits, and of 6 and more. */
const RUNS: readonly (readonly [number, number])[] = [
  [2_315, 2_685],
  [1_114, 1_386],
  [527, 723],
  [240, 384],
  [103, 209],
  [103, 209],
];
const LONG_RUN_BITS = 26;

/**
 * The names of the statistical tests that 2,500 bytes fail, in the order of the standard.
 * A good generator fails about one sequence in ten thousand: repeat once before giving up.
 * @throws InputError BYTES_EXPECTED, SAMPLE_LENGTH
 */
export function failedStatisticalTests(sample: Uint8Array): StatisticalTest[] {
  requireBytes(sample, 'sample');
  if (sample.length !== STATISTICAL_BYTES) {
    throw new InputError('SAMPLE_LENGTH', `the sample must be ${STATISTICAL_BYTES} bytes long`);
  }
  const { ones, runs, longest } = countBits(sample);
  const poker = pokerStatistic(sample);
  const passes: Record<StatisticalTest, boolean> = {
    monobit: ones > MONOBIT.above && ones < MONOBIT.below,
    poker: poker > POKER.above && poker < POKER.below,
    runs: runs.every((counts) =>
      counts.every((count, i) => count >= RUNS[i]![0] && count <= RUNS[i]![1]),
    ),
    'long-run': longest < LONG_RUN_BITS,
  };
  return STATISTICAL_TESTS.filter((test) => !passes[test]);
}

/** Ones, runs of zeros and of ones by length (last: 6 and more), and the longest run. */
function countBits(sample: Uint8Array): { ones: number; runs: number[][]; longest: number } {
  const runs = [new Array<number>(RUNS.length).fill(0), new Array<number>(RUNS.length).fill(0)];
  let ones = 0;
  let longest = 0;
  let length = 0;
  let last = -1;
  const endRun = (): void => {
    if (length > 0) runs[last]![Math.min(length, RUNS.length) - 1]! += 1;
    longest = Math.max(longest, length);
  };
  for (let i = 0; i < STATISTICAL_BITS; i++) {
    const bit = (sample[i >> 3]! >> (7 - (i & 7))) & 1;
    ones += bit;
    if (bit !== last) {
      endRun();
      length = 0;
      last = bit;
    }
    length++;
  }
  endRun();
  return { ones, runs, longest };
}

/** 16 / 5000 times the sum of squared counts of the 5,000 four-bit values, less 5,000. */
function pokerStatistic(sample: Uint8Array): number {
  const counts = new Array<number>(16).fill(0);
  for (const byte of sample) {
    counts[byte >> 4]! += 1;
    counts[byte & 15]! += 1;
  }
  const values = 2 * sample.length;
  return (16 / values) * counts.reduce((sum, count) => sum + count * count, 0) - values;
}

function requireEntropy(entropyBits: number): void {
  if (typeof entropyBits !== 'number' || !(entropyBits > 0 && entropyBits <= 8)) {
    throw new InputError('ENTROPY_INVALID', 'entropy per byte must be above 0 and at most 8 bits');
  }
}

function requireSample(sample: number): void {
  requireInteger(sample, { name: 'sample', code: 'SAMPLE_INVALID', min: 0, max: 255 });
}
