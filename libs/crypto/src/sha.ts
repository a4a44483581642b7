/**
 * The compression functions of SHA-1 and SHA-2 with their chaining values in the open, for hashes that
 * are carried from part to part: OpenSSL keeps its own inside. FIPS 180-4, 6. Whole hashes go through
 * OpenSSL, which is many times as fast.
 */
import { concatBytes } from './bytes.js';
import { InputError, requireBytes, requireLength, requireOneOf } from './errors.js';
import { compressSha512, SHA384_INITIAL, SHA512_INITIAL } from './sha512.js';

/** Facts of a hash: bytes of a block, of the chaining value, and of the digest. */
interface ShaFacts {
  readonly blockBytes: 64 | 128;
  readonly initial: readonly number[];
  readonly digestBytes: number;
  readonly compress: (state: Uint32Array, block: DataView) => void;
}

const SHA1_INITIAL = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
// Fractions of the square roots of primes; SHA-224: their second halves, of the ninth to sixteenth.
const SHA224_INITIAL = [
  0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4,
];
const SHA256_INITIAL = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

export const SHA = {
  sha1: { blockBytes: 64, initial: SHA1_INITIAL, digestBytes: 20, compress: compressSha1 },
  sha224: { blockBytes: 64, initial: SHA224_INITIAL, digestBytes: 28, compress: compressSha256 },
  sha256: { blockBytes: 64, initial: SHA256_INITIAL, digestBytes: 32, compress: compressSha256 },
  sha384: { blockBytes: 128, initial: SHA384_INITIAL, digestBytes: 48, compress: compressSha512 },
  sha512: { blockBytes: 128, initial: SHA512_INITIAL, digestBytes: 64, compress: compressSha512 },
} as const satisfies Record<string, ShaFacts>;

export type ShaName = keyof typeof SHA;
export const SHA_NAMES = Object.keys(SHA) as ShaName[];

/**
 * The chaining value after whole blocks, from that before them; the hash's initial value where absent.
 * @throws InputError HASH_UNKNOWN, BYTES_EXPECTED, DATA_LENGTH (not whole blocks), STATE_LENGTH
 */
export function shaChain(name: ShaName, blocks: Uint8Array, before?: Uint8Array): Uint8Array {
  const { blockBytes, initial, compress } = factsOf(name);
  requireBytes(blocks, 'data');
  if (blocks.length % blockBytes !== 0) {
    throw new InputError('DATA_LENGTH', `data must be whole blocks of ${blockBytes} bytes`);
  }
  const state = before === undefined ? Uint32Array.from(initial) : wordsOf(name, before);
  for (let at = 0; at < blocks.length; at += blockBytes) {
    compress(state, new DataView(blocks.buffer, blocks.byteOffset + at, blockBytes));
  }
  const out = new Uint8Array(4 * state.length);
  const view = new DataView(out.buffer);
  for (let i = 0; i < state.length; i++) view.setUint32(4 * i, state[i]!);
  state.fill(0);
  return out;
}

/**
 * The digest: the rest of a message after `seen` bytes whose chaining value is `before`.
 * @throws InputError as `shaChain`
 */
export function shaFinish(
  name: ShaName,
  rest: Uint8Array,
  { before, seen }: { before: Uint8Array; seen: number },
): Uint8Array {
  const { blockBytes, digestBytes } = factsOf(name);
  requireBytes(rest, 'data');
  // A one bit, zeros, and the length in bits in the last eighth of a block.
  const lengthBytes = blockBytes / 8;
  const zeros = blockBytes - 1 - ((rest.length + lengthBytes) % blockBytes);
  const padded = concatBytes(rest, Uint8Array.of(0x80), new Uint8Array(zeros + lengthBytes));
  const bits = BigInt(seen + rest.length) * 8n;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, bits);
  const end = shaChain(name, padded, before);
  padded.fill(0);
  return end.slice(0, digestBytes);
}

/** Bytes of a block. @throws InputError HASH_UNKNOWN */
export function shaBlockBytes(name: ShaName): 64 | 128 {
  return factsOf(name).blockBytes;
}

/** Bytes of a chaining value. @throws InputError HASH_UNKNOWN */
export function shaStateBytes(name: ShaName): number {
  return 4 * factsOf(name).initial.length;
}

function factsOf(name: ShaName): ShaFacts {
  requireOneOf(name, { name: 'hash', code: 'HASH_UNKNOWN', allowed: SHA_NAMES });
  return SHA[name];
}

function wordsOf(name: ShaName, state: Uint8Array): Uint32Array {
  requireLength(state, { name: 'state', code: 'STATE_LENGTH', allowed: [shaStateBytes(name)] });
  const view = new DataView(state.buffer, state.byteOffset, state.length);
  return Uint32Array.from({ length: state.length / 4 }, (_, i) => view.getUint32(4 * i));
}

const rotl = (x: number, n: number): number => (x << n) | (x >>> (32 - n));
const rotr = (x: number, n: number): number => (x >>> n) | (x << (32 - n));

/** FIPS 180-4, 6.1.2. */
function compressSha1(state: Uint32Array, block: DataView): void {
  const w = new Uint32Array(80);
  for (let t = 0; t < 80; t++) {
    w[t] =
      t < 16 ? block.getUint32(4 * t) : rotl(w[t - 3]! ^ w[t - 8]! ^ w[t - 14]! ^ w[t - 16]!, 1);
  }
  let [a, b, c, d, e] = state as unknown as [number, number, number, number, number];
  for (let t = 0; t < 80; t++) {
    const [f, k] =
      t < 20
        ? [(b & c) ^ (~b & d), 0x5a827999]
        : t < 40
          ? [b ^ c ^ d, 0x6ed9eba1]
          : t < 60
            ? [(b & c) ^ (b & d) ^ (c & d), 0x8f1bbcdc]
            : [b ^ c ^ d, 0xca62c1d6];
    const next = (rotl(a, 5) + f + e + k + w[t]!) | 0;
    e = d;
    d = c;
    c = rotl(b, 30);
    b = a;
    a = next;
  }
  add(state, [a, b, c, d, e]);
  w.fill(0);
}

// Fractions of the cube roots of the first sixty-four primes (FIPS 180-4, 4.2.2).
const K256 = Uint32Array.from(primes(64), (p) => fraction(Math.cbrt(p)));

/** FIPS 180-4, 6.2.2. */
function compressSha256(state: Uint32Array, block: DataView): void {
  const w = new Uint32Array(64);
  for (let t = 0; t < 64; t++) {
    if (t < 16) {
      w[t] = block.getUint32(4 * t);
      continue;
    }
    const x = w[t - 15]!;
    const y = w[t - 2]!;
    const s0 = rotr(x, 7) ^ rotr(x, 18) ^ (x >>> 3);
    const s1 = rotr(y, 17) ^ rotr(y, 19) ^ (y >>> 10);
    w[t] = s1 + w[t - 7]! + s0 + w[t - 16]!;
  }
  let [a, b, c, d, e, f, g, h] = Array.from(state) as number[] & { length: 8 };
  for (let t = 0; t < 64; t++) {
    const s1 = rotr(e!, 6) ^ rotr(e!, 11) ^ rotr(e!, 25);
    const t1 = (h! + s1 + ((e! & f!) ^ (~e! & g!)) + K256[t]! + w[t]!) | 0;
    const s0 = rotr(a!, 2) ^ rotr(a!, 13) ^ rotr(a!, 22);
    const t2 = (s0 + ((a! & b!) ^ (a! & c!) ^ (b! & c!))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d! + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  add(state, [a!, b!, c!, d!, e!, f!, g!, h!]);
  w.fill(0);
}

function add(state: Uint32Array, words: readonly number[]): void {
  for (let i = 0; i < words.length; i++) state[i] = state[i]! + words[i]!;
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) if (found.every((p) => n % p !== 0)) found.push(n);
  return found;
}

/** The first 32 bits of the fraction: exact, as a double has 53. */
function fraction(x: number): number {
  return Math.floor((x - Math.floor(x)) * 2 ** 32);
}
