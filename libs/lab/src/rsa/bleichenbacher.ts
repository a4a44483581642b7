/**
 * Bleichenbacher's attack on PKCS1 v1.5 (CRYPTO 1998), with the trimmers and the skipping of holes of
 * Bardou and others (CRYPTO 2012). The oracle says whether m·s mod N begins with 00 02 (and is padded
 * right). The ciphertext is a right one, so no blinding is needed.
 *
 *   B = 2^(8(k-2));  m is in [2B, 3B-1];  M is the set of intervals that are left
 */
import { inverse, type RsaPublic } from './public-key.js';

/** Whether the plaintext times s is padded right. Throws when the calls are used up. */
export type Oracle = (multiplier: bigint) => Promise<boolean>;

interface Interval {
  readonly a: bigint;
  readonly b: bigint;
}

const LARGEST_TRIMMER = 1 << 12;
const TRIMMER_CALLS = 1_500;

const up = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** The plaintext as a number. */
export async function bleichenbacher(
  { n, bytes }: RsaPublic,
  oracle: Oracle,
  progress: (bitsLeft: number) => void = () => undefined,
): Promise<bigint> {
  const B = 1n << BigInt(8 * (bytes - 2));
  const first = await trimmed(n, B, oracle);
  let left: Interval[] = [first];
  let s = await firstMultiplier({ n, B, first, oracle });
  for (;;) {
    left = narrowed(left, { n, B, s });
    if (left.length === 1) {
      const { a, b } = left[0]!;
      if (a === b) return a;
      progress((b - a).toString(2).length);
      s = await nextInOne({ n, B, s, interval: left[0]!, oracle });
    } else s = await nextAfter({ n, B, s, left, oracle });
  }
}

/**
 * Step 0: fractions u/t for which m·u/t is padded right show that t divides m; the smallest and the
 * largest u for the common multiple of such t bound m.
 */
async function trimmed(n: bigint, B: bigint, oracle: Oracle): Promise<Interval> {
  const whole = { a: 2n * B, b: 3n * B - 1n };
  let calls = 0;
  const padded = (u: number, t: number): Promise<boolean> => {
    calls += 1;
    return oracle((BigInt(u) * inverse(BigInt(t), n)) % n);
  };
  let common = 1;
  for (let t = 3; calls < TRIMMER_CALLS / 2 && t < LARGEST_TRIMMER; t++) {
    // Fractions nearest to one are likeliest to stay inside [2B, 3B).
    for (const u of [t - 1, t + 1]) {
      const next = lcm(common, t);
      if (next >= LARGEST_TRIMMER || next === common) continue;
      if (await padded(u, t)) {
        common = next;
        break;
      }
    }
  }
  if (common === 1) return whole;
  let lowest = common;
  let highest = common;
  for (let u = Math.ceil((common * 2) / 3); u < common && calls < TRIMMER_CALLS; u++) {
    if (gcd(u, common) === 1 && (await padded(u, common))) {
      lowest = u;
      break;
    }
  }
  for (let u = Math.floor((common * 3) / 2); u > common && calls < TRIMMER_CALLS; u--) {
    if (gcd(u, common) === 1 && (await padded(u, common))) {
      highest = u;
      break;
    }
  }
  const t = BigInt(common);
  return {
    a: larger(whole.a, up(2n * B * t, BigInt(lowest))),
    b: smaller(whole.b, ((3n * B - 1n) * t) / BigInt(highest)),
  };
}

/** Step 2a: the smallest multiplier, leaving out those that cannot be right. */
async function firstMultiplier(o: {
  n: bigint;
  B: bigint;
  first: Interval;
  oracle: Oracle;
}): Promise<bigint> {
  const { n, B, first, oracle } = o;
  for (let s = up(n + 2n * B, first.b); ; s++) {
    s = afterHole(s, { n, B, first });
    if (await oracle(s)) return s;
  }
}

/** A hole: with these multipliers no plaintext of the interval can be padded right. */
function afterHole(s: bigint, { n, B, first }: { n: bigint; B: bigint; first: Interval }): bigint {
  let at = s;
  for (;;) {
    const j = (at * first.b - 2n * B) / n;
    const from = up(3n * B + j * n, first.a);
    const to = up(2n * B + (j + 1n) * n, first.b);
    if (at >= from && at < to) at = to;
    else return at;
  }
}

/** Step 2b: several intervals are left; the next multiplier that can be right for one of them. */
async function nextAfter(o: {
  n: bigint;
  B: bigint;
  s: bigint;
  left: readonly Interval[];
  oracle: Oracle;
}): Promise<bigint> {
  const { n, B, left, oracle } = o;
  const possible = (s: bigint): boolean =>
    left.some(({ a, b }) => up(a * s - 3n * B + 1n, n) <= (b * s - 2n * B) / n);
  for (let s = o.s + 1n; ; s++) {
    if (possible(s) && (await oracle(s))) return s;
  }
}

/** Step 2c: one interval is left; multipliers that halve it. */
async function nextInOne(o: {
  n: bigint;
  B: bigint;
  s: bigint;
  interval: Interval;
  oracle: Oracle;
}): Promise<bigint> {
  const { n, B, oracle } = o;
  const { a, b } = o.interval;
  for (let r = up(2n * (b * o.s - 2n * B), n); ; r++) {
    const last = (3n * B - 1n + r * n) / a;
    for (let s = up(2n * B + r * n, b); s <= last; s++) {
      if (await oracle(s)) return s;
    }
  }
}

/** Step 3: what is left of every interval after a right multiplier. */
function narrowed(
  left: readonly Interval[],
  { n, B, s }: { n: bigint; B: bigint; s: bigint },
): Interval[] {
  const made: Interval[] = [];
  for (const { a, b } of left) {
    const last = (b * s - 2n * B) / n;
    for (let r = larger(0n, up(a * s - 3n * B + 1n, n)); r <= last; r++) {
      const from = larger(a, up(2n * B + r * n, s));
      const to = smaller(b, (3n * B - 1n + r * n) / s);
      if (from <= to) made.push({ a: from, b: to });
    }
  }
  made.sort((x, y) => (x.a < y.a ? -1 : 1));
  return merged(made);
}

function merged(sorted: readonly Interval[]): Interval[] {
  const out: Interval[] = [];
  for (const one of sorted) {
    const last = out.at(-1);
    if (last !== undefined && one.a <= last.b + 1n) {
      out[out.length - 1] = { a: last.a, b: larger(last.b, one.b) };
    } else out.push(one);
  }
  return out;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function lcm(a: number, b: number): number {
  return (a / gcd(a, b)) * b;
}
