/** The search against an oracle that knows the plaintext: the device is left to the attack itself. */
import { bleichenbacher } from './bleichenbacher.js';
import { bytesOf, numberOf, powerModulo } from './public-key.js';

/** Made for this test. */
const P = BigInt('0xff129f53f34bf28e2759011f64a876d8db9201c7efc7eedefc44dbe88cd71997');
const Q = BigInt('0xd5bf8c9d94e37a2f5dc4c59076b49e7bbb8641c236438943efe7c7d324071b0f');
const KEY = { n: P * Q, e: 65_537n, bytes: 64 };

function padded(secret: string): Uint8Array {
  const out = new Uint8Array(KEY.bytes).fill(0x5b);
  out[0] = 0;
  out[1] = 2;
  out[KEY.bytes - secret.length - 1] = 0;
  out.set(Buffer.from(secret), KEY.bytes - secret.length);
  return out;
}

function isPadded(value: bigint): boolean {
  const bytes = bytesOf(value, KEY.bytes);
  const end = bytes.indexOf(0, 2);
  return bytes[0] === 0 && bytes[1] === 2 && end >= 10;
}

describe('bleichenbacher', () => {
  it.each(['sixteen byte key', 'short'])('finds the plaintext %s', async (secret) => {
    const plain = numberOf(padded(secret));
    let calls = 0;
    const oracle = async (multiplier: bigint) => {
      calls += 1;
      if (calls > 1_000_000) throw new Error('too many calls');
      return isPadded((plain * multiplier) % KEY.n);
    };
    expect(await bleichenbacher(KEY, oracle)).toBe(plain);
  });

  it('raises to powers as RSA does', () => {
    const d = inverse(KEY.e, (P - 1n) * (Q - 1n));
    expect(powerModulo(powerModulo(42n, KEY.e, KEY.n), d, KEY.n)).toBe(42n);
  });
});

function inverse(a: bigint, m: bigint): bigint {
  let [x, y, u, v] = [a % m, m, 1n, 0n];
  while (y > 0n) {
    const q = x / y;
    [x, y, u, v] = [y, x - q * y, v, u - q * v];
  }
  return ((u % m) + m) % m;
}
