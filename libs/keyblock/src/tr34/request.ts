/**
 * The request of a certificate for a key, signed with it: PKCS #10 (RFC 2986), for the authority of a
 * TR-34 party.
 */
import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { InputError } from '@pinfold/crypto';
import { OID } from './cms.js';
import { context, encode, NULL, oid, sequence, setOf, small, TAG } from './der.js';

const COMMON_NAME = '2.5.4.3';
const UTF8_STRING = 0x0c;

/** Longest common name (RFC 5280, ub-common-name), characters. */
export const MAX_COMMON_NAME = 64;

/** DER. @throws InputError NAME_INVALID */
export function certificateRequest(o: { commonName: string; privateKey: KeyObject }): Uint8Array {
  if (typeof o.commonName !== 'string' || !/^[\x20-\x7e]{1,64}$/.test(o.commonName)) {
    throw new InputError('NAME_INVALID', 'commonName must be 1 to 64 printable characters');
  }
  const spki = createPublicKey(o.privateKey).export({ type: 'spki', format: 'der' });
  const info = sequence(
    small(0),
    commonName(o.commonName),
    new Uint8Array(spki),
    encode(context(0)),
  );
  const signature = sign('sha256', info, o.privateKey);
  const algorithm = sequence(oid(OID.sha256WithRsa), NULL);
  return sequence(info, algorithm, encode(TAG.bits, Uint8Array.of(0), signature));
}

/** A Name of one common name. */
export function commonName(text: string): Uint8Array {
  const value = encode(UTF8_STRING, new TextEncoder().encode(text));
  return sequence(setOf(sequence(oid(COMMON_NAME), value)));
}
