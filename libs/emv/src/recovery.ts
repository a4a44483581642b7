/**
 * RSA with message recovery, as EMV's certificates and signatures use it. EMV 4.3 Book 2, annex A2.1:
 * header 6A, format byte, data, SHA-1 over (format, data, further data), trailer BC.
 */
import { constants, createHash, createPublicKey, publicEncrypt } from 'node:crypto';
import { concatBytes, equalConstantTime, isBytes } from '@pinfold/crypto';

/** A public key as EMV carries it. */
export interface EmvPublicKey {
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
}

const HEADER = 0x6a;
const TRAILER = 0xbc;
const HASH_BYTES = 20;
const LEAST_MODULUS_BYTES = 64;
const MOST_MODULUS_BYTES = 256;

/** The recovered data without header, hash and trailer; undefined when anything does not fit. */
export function recover(
  key: EmvPublicKey,
  signature: Uint8Array,
  furtherData: Uint8Array,
): Uint8Array | undefined {
  if (!isBytes(key.modulus) || !isBytes(key.exponent) || !isBytes(signature)) return undefined;
  const { length } = key.modulus;
  if (length < LEAST_MODULUS_BYTES || length > MOST_MODULUS_BYTES) return undefined;
  if (signature.length !== length) return undefined;
  const block = rsaPublic(key, signature);
  if (block === undefined || block[0] !== HEADER || block[length - 1] !== TRAILER) return undefined;
  const data = block.subarray(1, length - 1 - HASH_BYTES);
  const hash = createHash('sha1').update(concatBytes(data, furtherData)).digest();
  return equalConstantTime(hash, block.subarray(length - 1 - HASH_BYTES, length - 1))
    ? data
    : undefined;
}

function rsaPublic(key: EmvPublicKey, value: Uint8Array): Uint8Array | undefined {
  try {
    const jwk = {
      kty: 'RSA',
      n: Buffer.from(key.modulus).toString('base64url'),
      e: Buffer.from(key.exponent).toString('base64url'),
    };
    return publicEncrypt(
      { key: createPublicKey({ key: jwk, format: 'jwk' }), padding: constants.RSA_NO_PADDING },
      value,
    );
  } catch {
    return undefined; // not below the modulus, or no usable key
  }
}
