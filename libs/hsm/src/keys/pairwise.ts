/**
 * Pairwise consistency of a new key pair: what the private half signs, the public half verifies. FIPS
 * 140-3, 7.10.3.3; NIST SP 800-56B, 6.4.1.1. A pair that fails is never given out.
 */
import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

const DATA = Buffer.from('pinfold pairwise consistency');

export function isConsistentPair(privateKey: KeyObject): boolean {
  try {
    return verify('sha256', DATA, createPublicKey(privateKey), sign('sha256', DATA, privateKey));
  } catch {
    return false;
  }
}
