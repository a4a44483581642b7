/** RSA: key pairs, public keys by their MAC, signatures, keys under public keys. */
import { generateKeyPair } from './key-pair.js';
import { importPublicKey, validatePublicKey } from './public-key.js';
import { generateSignature, verifySignature } from './signature.js';
import { exportUnderPublicKey, importUnderPublicKey } from './transport.js';

export const RSA_COMMANDS = [
  generateKeyPair,
  importPublicKey,
  validatePublicKey,
  generateSignature,
  verifySignature,
  importUnderPublicKey,
  exportUnderPublicKey,
] as const;
