/**
 * What the CMS structures of TR-34 share: object identifiers, algorithms, and how certificates are
 * named. The structures are in `enveloped.ts`, `signed-data.ts` and `credential.ts`.
 *
 * ASC X9 TR-34:2019 annex B, whose samples are the measure (they put version 1 in SignedData, and
 * the parameters of OAEP without tags); RFC 5652.
 */
import { context, type DerReader, oid, readMembers, sequence, TAG } from './der.js';

export const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  envelopedData: '1.2.840.113549.1.7.3',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  randomNumber: '1.2.840.113549.1.9.25.3',
  rsaEncryption: '1.2.840.113549.1.1.1',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  oaep: '1.2.840.113549.1.1.7',
  mgf1: '1.2.840.113549.1.1.8',
  pSpecified: '1.2.840.113549.1.1.9',
  sha256: '2.16.840.1.101.3.4.2.1',
} as const;

/** Not CMS of TR-34. */
export class CmsError extends Error {
  override readonly name = 'CmsError';
}

/** @throws CmsError */
export function want(right: boolean, what: string): void {
  if (!right) throw new CmsError(`not a TR-34 ${what}`);
}

export const algorithm = (name: string, ...parameters: Uint8Array[]) =>
  sequence(oid(name), ...parameters);
export const SHA256 = algorithm(OID.sha256);

/** Names and serial number of a certificate in DER, as they stand in it. */
export function namesOf(certificate: Uint8Array) {
  const tbs = readMembers(certificate).into();
  tbs.optional(context(0));
  const serial = tbs.next(TAG.integer).whole;
  tbs.next(TAG.sequence);
  const issuer = tbs.next(TAG.sequence).whole;
  tbs.next(TAG.sequence);
  return { serial, issuer, subject: tbs.next(TAG.sequence).whole };
}

/** IssuerAndSerialNumber of a certificate in DER. */
export function issuerAndSerial(certificate: Uint8Array): Uint8Array {
  const { serial, issuer } = namesOf(certificate);
  return sequence(issuer, serial);
}

/** Whether the two name the same certificate. */
export function sameCertificate(id: Uint8Array, certificate: Uint8Array): boolean {
  return Buffer.compare(id, issuerAndSerial(certificate)) === 0;
}

/** Reads an AlgorithmIdentifier to its end. */
export function isSha256(identifier: DerReader): boolean {
  const right = identifier.oid() === OID.sha256;
  if (!identifier.done) want(identifier.next(TAG.null).contents.length === 0, 'algorithm');
  identifier.end();
  return right;
}

/** EncapsulatedContentInfo. */
export function readContent(signed: DerReader): { contentType: string; content: Uint8Array } {
  const encapsulated = signed.into();
  const contentType = encapsulated.oid();
  const wrapped = encapsulated.into(context(0));
  encapsulated.end();
  const content = wrapped.octets();
  wrapped.end();
  return { contentType, content };
}
