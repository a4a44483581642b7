/**
 * The compression function of SHA-512 and SHA-384 on halves of 32 bits, high half first. FIPS 180-4,
 * 6.4.2. Constants are computed: fractions of roots of primes.
 */

/** Fractions of square roots (SHA-512: primes 1 to 8; SHA-384: 9 to 16) as halves. */
export const SHA512_INITIAL: readonly number[] = roots(0, 8, 2n);
export const SHA384_INITIAL: readonly number[] = roots(8, 16, 2n);
const K = Uint32Array.from(roots(0, 80, 3n));
const w = new Uint32Array(160);

export function compressSha512(state: Uint32Array, block: DataView): void {
  for (let i = 0; i < 32; i++) w[i] = block.getUint32(4 * i);
  for (let t = 16; t < 80; t++) {
    const xh = w[2 * t - 30]!;
    const xl = w[2 * t - 29]!;
    const yh = w[2 * t - 4]!;
    const yl = w[2 * t - 3]!;
    // s0: rotations by 1 and 8, shift by 7; s1: rotations by 19 and 61, shift by 6.
    const s0h = ((xh >>> 1) | (xl << 31)) ^ ((xh >>> 8) | (xl << 24)) ^ (xh >>> 7);
    const s0l = ((xl >>> 1) | (xh << 31)) ^ ((xl >>> 8) | (xh << 24)) ^ ((xl >>> 7) | (xh << 25));
    const s1h = ((yh >>> 19) | (yl << 13)) ^ ((yl >>> 29) | (yh << 3)) ^ (yh >>> 6);
    const s1l = ((yl >>> 19) | (yh << 13)) ^ ((yh >>> 29) | (yl << 3)) ^ ((yl >>> 6) | (yh << 26));
    const low = (s0l >>> 0) + w[2 * t - 13]! + (s1l >>> 0) + w[2 * t - 31]!;
    w[2 * t + 1] = low;
    w[2 * t] = s0h + w[2 * t - 14]! + s1h + w[2 * t - 32]! + carry(low);
  }
  let [ah, al, bh, bl, ch, cl, dh, dl] = Array.from(state.subarray(0, 8)) as Eight;
  let [eh, el, fh, fl, gh, gl, hh, hl] = Array.from(state.subarray(8)) as Eight;
  for (let t = 0; t < 80; t++) {
    // Rotations by 14, 18 and 41.
    const s1h = ((eh >>> 14) | (el << 18)) ^ ((eh >>> 18) | (el << 14)) ^ ((el >>> 9) | (eh << 23));
    const s1l = ((el >>> 14) | (eh << 18)) ^ ((el >>> 18) | (eh << 14)) ^ ((eh >>> 9) | (el << 23));
    const choiceH = (eh & fh) ^ (~eh & gh);
    const choiceL = (el & fl) ^ (~el & gl);
    const low1 = (hl >>> 0) + (s1l >>> 0) + (choiceL >>> 0) + K[2 * t + 1]! + w[2 * t + 1]!;
    const t1l = low1 | 0;
    const t1h = (hh + s1h + choiceH + K[2 * t]! + w[2 * t]! + carry(low1)) | 0;
    // Rotations by 28, 34 and 39.
    const s0h = ((ah >>> 28) | (al << 4)) ^ ((al >>> 2) | (ah << 30)) ^ ((al >>> 7) | (ah << 25));
    const s0l = ((al >>> 28) | (ah << 4)) ^ ((ah >>> 2) | (al << 30)) ^ ((ah >>> 7) | (al << 25));
    const majorityH = (ah & bh) ^ (ah & ch) ^ (bh & ch);
    const majorityL = (al & bl) ^ (al & cl) ^ (bl & cl);
    const low2 = (s0l >>> 0) + (majorityL >>> 0);
    const t2h = (s0h + majorityH + carry(low2)) | 0;
    [hh, hl, gh, gl, fh, fl] = [gh, gl, fh, fl, eh, el];
    const lowE = (dl >>> 0) + (t1l >>> 0);
    eh = (dh + t1h + carry(lowE)) | 0;
    el = lowE | 0;
    [dh, dl, ch, cl, bh, bl] = [ch, cl, bh, bl, ah, al];
    const lowA = (t1l >>> 0) + (low2 % 2 ** 32);
    ah = (t1h + t2h + carry(lowA)) | 0;
    al = lowA | 0;
  }
  const end = [ah, al, bh, bl, ch, cl, dh, dl, eh, el, fh, fl, gh, gl, hh, hl];
  for (let i = 0; i < 16; i += 2) {
    const low = state[i + 1]! + (end[i + 1]! >>> 0);
    state[i] = state[i]! + end[i]! + carry(low);
    state[i + 1] = low;
  }
  w.fill(0);
}

type Eight = [number, number, number, number, number, number, number, number];

/** What a sum of halves without sign carries into the high half. */
function carry(sum: number): number {
  return Math.floor(sum / 2 ** 32);
}

/** First 64 bits of the fractions of roots of primes, as halves: the integer root of p · 2^(64 n). */
function roots(from: number, to: number, degree: bigint): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < to; n++) {
    if (primes.every((p) => n % p !== 0)) primes.push(n);
  }
  return primes.slice(from, to).flatMap((p) => {
    const value = BigInt(p) << (64n * degree);
    let low = 0n;
    let high = 1n << 96n;
    while (high - low > 1n) {
      const middle = (low + high) >> 1n;
      if (middle ** degree <= value) low = middle;
      else high = middle;
    }
    return [Number((low >> 32n) & 0xffffffffn), Number(low & 0xffffffffn)];
  });
}
