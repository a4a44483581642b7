/**
 * RSA key pairs from seeded bytes, so that a laboratory's figures can be had again: exponent 65537,
 * primes by node's own test. Never for keys that matter.
 */
import { checkPrimeSync, createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { RandomBytes } from '@pinfold/crypto';
import { bytesOf, inverse, numberOf } from './public-key.js';

const EXPONENT = 65_537n;

export function seededPair(bits: number, random: RandomBytes): KeyObject {
  for (;;) {
    const [p, q] = [prime(bits / 2, random), prime(bits / 2, random)];
    if (p !== q) return createPrivateKey({ key: jwkOfPrimes(p, q), format: 'jwk' });
  }
}

/** The two highest bits are set, so that the product has twice the length. */
function prime(bits: number, random: RandomBytes): bigint {
  const high = 3n << BigInt(bits - 2);
  for (;;) {
    const candidate = numberOf(random(bits / 8)) | high | 1n;
    if (candidate % EXPONENT !== 1n && checkPrimeSync(candidate)) return candidate;
  }
}

/** A private key by its primes (RFC 7518, 6.3). */
export function jwkOfPrimes(first: bigint, second: bigint): JsonWebKey {
  const [p, q] = first > second ? [first, second] : [second, first];
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n));
  const text = (value: bigint) => {
    const length = Math.ceil(value.toString(16).length / 2);
    return Buffer.from(bytesOf(value, length)).toString('base64url');
  };
  return {
    kty: 'RSA',
    n: text(p * q),
    e: text(EXPONENT),
    d: text(d),
    p: text(p),
    q: text(q),
    dp: text(d % (p - 1n)),
    dq: text(d % (q - 1n)),
    qi: text(inverse(q, p)),
  };
}
