/**
 * Repeatable random numbers: xoshiro128** of Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators" (2021). One seed is one walk; its period of 2^128 - 1 outlasts any.
 */

// Looked up once: the sandbox of the tests is slow at every look at a global.
const { floor, imul } = Math;

/** A function that draws a whole number from 0 to `limit` - 1. Seed and stream are 32-bit integers. */
export function createRandom(seed, stream = 0) {
  // Splitmix fills the state: seeds next to each other must not give walks that resemble each other.
  let mixed = (seed ^ imul(stream + 1, 0x9e3779b9)) | 0;
  const mix = () => {
    mixed = (mixed + 0x9e3779b9) | 0;
    let z = imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    z = imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let [s0, s1, s2, s3] = [mix(), mix(), mix(), mix()];
  return (limit) => {
    const product = imul(s1, 5);
    const result = imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = (s3 << 11) | (s3 >>> 21);
    return floor((result / 0x1_0000_0000) * limit);
  };
}
