/** The device's public keys, as Node takes them and as numbers. */
import { createPublicKey } from 'node:crypto';
import { fromHex } from '@pinfold/crypto';

export function publicKeyPem(spkiHex: string): string {
  const base64 = Buffer.from(fromHex(spkiHex)).toString('base64');
  return `-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----`;
}

export interface RsaPublic {
  readonly n: bigint;
  readonly e: bigint;
  readonly bytes: number;
}

export function publicNumbers(spkiHex: string): RsaPublic {
  const { n = '', e = '' } = createPublicKey(publicKeyPem(spkiHex)).export({ format: 'jwk' });
  const number = (text: string) => BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`);
  return { n: number(n), e: number(e), bytes: Buffer.from(n, 'base64url').length };
}

export function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** Of a value that has one. */
export function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b] = [value % modulus, modulus];
  let [x, y] = [1n, 0n];
  while (b > 0n) {
    const quotient = a / b;
    [a, b] = [b, a % b];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % modulus) + modulus) % modulus;
}

export function bytesOf(value: bigint, length: number): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex'));
}

export function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}
