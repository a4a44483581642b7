/** Fields of the RSA commands, and the padding of signatures. */
import { constants } from 'node:crypto';
import { bytes, choice, hex, text } from '../../declare/field.js';
import { RSA_TOKEN_MAX, RSA_USAGE_NAMES } from '../../keys/rsa-keys.js';

export const RSA_BITS = ['1024', '2048', '3072', '4096'] as const;
export const SIGNATURE_PADDINGS = ['pss', 'pkcs1'] as const;
export const ENCRYPTION_PADDINGS = ['oaep', 'pkcs1'] as const;

export const rsaKey = () => hex('RSA private key as a token', { min: 64, max: RSA_TOKEN_MAX });
export const rsaUsage = () =>
  choice('what the private key does (X9.143 S0, D1, K3, K2); default: sign', RSA_USAGE_NAMES);
export const publicKey = () => text('public key, SPKI in hexadecimal DER', { min: 100, max: 1200 });
export const signaturePadding = () => choice('padding of the signature', SIGNATURE_PADDINGS);
export const encryptionPadding = () => choice('padding', ENCRYPTION_PADDINGS);
export const ciphertext = () => bytes('as long as the modulus', { min: 128, max: 512 });

/** Options of node:crypto for a signature padding: PSS salts as long as the hash. */
export function signatureOptions(padding: 'pss' | 'pkcs1') {
  return padding === 'pss'
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { padding: constants.RSA_PKCS1_PADDING };
}
