/** Credentials and random numbers of TR-34 as tokens of their own (ASC X9 TR-34:2019 annex B). */
import { concatBytes } from '@pinfold/crypto';
import { issuerAndSerial, OID, readContent, want } from './cms.js';
import {
  context,
  DerReader,
  encode,
  octets,
  oid,
  readMembers,
  sequence,
  setOf,
  small,
  TAG,
} from './der.js';

/**
 * The credential inside a rebind token: SignedData without signers, of a certificate and its receiver;
 * its members alone, without the tag of the sequence, as the sample of B.11 has them.
 */
export function buildCredential(o: { krd: Uint8Array; certificate: Uint8Array }): Uint8Array {
  return concatBytes(
    small(1),
    encode(TAG.set),
    sequence(oid(OID.data), encode(context(0), octets(issuerAndSerial(o.krd)))),
    encode(context(0), o.certificate),
    encode(TAG.set),
  );
}

/** Receiver and certificate of a credential; throws when it is none. */
export function readCredential(der: Uint8Array): { krd: Uint8Array; certificate: Uint8Array } {
  const credential = der[0] === TAG.sequence ? readMembers(der) : new DerReader(der);
  want(credential.small() === 1, 'credential');
  credential.next(TAG.set);
  const { contentType, content } = readContent(credential);
  const certificates = credential.into(context(0));
  const certificate = Uint8Array.from(certificates.next(TAG.sequence).whole);
  certificates.end();
  credential.optional(context(1));
  const signers = credential.into(TAG.set);
  credential.end();
  want(contentType === OID.data && signers.done, 'credential');
  return { krd: content, certificate };
}

/** The receiver's random number as a token of its own. */
export function buildNonceToken(nonce: Uint8Array): Uint8Array {
  return sequence(oid(OID.randomNumber), setOf(octets(nonce)));
}
