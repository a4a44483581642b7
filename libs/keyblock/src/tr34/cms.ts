/**
 * The CMS of TR-34, built and read: SignedData over EnvelopedData over the key block, and the signed
 * lists of certificates that bind parties.
 *
 *   SignedData { content; signed attributes: content type, message digest, and what the token is
 *                fresh by: the receiver's random number, or a time }
 *   EnvelopedData { RSAES-OAEP with SHA-256; a block cipher in CBC, of KeyBlock }
 *   KeyBlock ::= SEQUENCE { version 1, IssuerAndSerialNumber of the KDH, OCTET STRING key,
 *                           SEQUENCE { id-data, SET { OCTET STRING header } } }
 *
 * ASC X9 TR-34:2019 annex B, whose samples are the measure (they put version 1 in SignedData, and
 * the parameters of OAEP without tags); RFC 5652.
 */
import { concatBytes } from '@pinfold/crypto';
import {
  context,
  DerReader,
  encode,
  NULL,
  octets,
  oid,
  readDer,
  readMembers,
  readUtcTime,
  sequence,
  setOf,
  small,
  TAG,
  utcTime,
} from './der.js';

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

/** Ciphers of the key block: content-encryption keys and vectors in bytes. */
export const CONTENT_CIPHERS = {
  tdes: { oid: '1.2.840.113549.3.7', keyBytes: 24, ivBytes: 8 },
  aes128: { oid: '2.16.840.1.101.3.4.1.2', keyBytes: 16, ivBytes: 16 },
  aes192: { oid: '2.16.840.1.101.3.4.1.22', keyBytes: 24, ivBytes: 16 },
  aes256: { oid: '2.16.840.1.101.3.4.1.42', keyBytes: 32, ivBytes: 16 },
} as const;
export type ContentCipher = keyof typeof CONTENT_CIPHERS;

/** Not CMS of TR-34. */
class CmsError extends Error {
  override readonly name = 'CmsError';
}

function want(right: boolean, what: string): void {
  if (!right) throw new CmsError(`not a TR-34 ${what}`);
}

const algorithm = (name: string, ...parameters: Uint8Array[]) => sequence(oid(name), ...parameters);
const SHA256 = algorithm(OID.sha256);
/** Two names of the same: RSASSA-PKCS1-v1_5, with SHA-256 as the digest algorithm says. */
const SIGNATURES: readonly string[] = [OID.rsaEncryption, OID.sha256WithRsa];

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

/** The key block inside, in DER. */
export function buildKeyBlock(o: {
  kdh: Uint8Array;
  key: Uint8Array;
  header: Uint8Array;
}): Uint8Array {
  const attribute = sequence(oid(OID.data), setOf(octets(o.header)));
  return sequence(small(1), issuerAndSerial(o.kdh), octets(o.key), attribute);
}

/** What a key block holds; throws when it is none. */
export function readKeyBlock(der: Uint8Array) {
  const block = readMembers(der);
  const version = block.small();
  // Copies: the caller wipes what this is read from.
  const kdh = Uint8Array.from(block.next(TAG.sequence).whole);
  const key = block.octets();
  const attribute = block.into();
  block.end();
  want(version === 1 && attribute.oid() === OID.data, 'key block');
  const values = attribute.into(TAG.set);
  const header = values.octets();
  values.end();
  attribute.end();
  return { kdh, key, header };
}

/** EnvelopedData in DER. */
export function buildEnvelope(o: {
  krd: Uint8Array;
  encryptedKey: Uint8Array;
  cipher: ContentCipher;
  iv: Uint8Array;
  ciphertext: Uint8Array;
}): Uint8Array {
  const oaep = sequence(
    algorithm(OID.sha256, NULL),
    algorithm(OID.mgf1, SHA256),
    algorithm(OID.pSpecified, octets(new Uint8Array(0))),
  );
  const recipient = sequence(
    small(0),
    issuerAndSerial(o.krd),
    algorithm(OID.oaep, oaep),
    octets(o.encryptedKey),
  );
  const content = sequence(
    oid(OID.data),
    algorithm(CONTENT_CIPHERS[o.cipher].oid, octets(o.iv)),
    encode(0x80, o.ciphertext),
  );
  return sequence(small(0), setOf(recipient), content);
}

/** The parts of an EnvelopedData; throws when it is none, or uses other algorithms. */
export function readEnvelope(der: Uint8Array) {
  const envelope = readMembers(der);
  want(envelope.small() === 0, 'envelope');
  const recipients = envelope.into(TAG.set);
  const recipient = recipients.into();
  recipients.end();
  want(recipient.small() === 0, 'envelope');
  const krd = recipient.next(TAG.sequence).whole;
  const keyEncryption = recipient.into();
  want(keyEncryption.oid() === OID.oaep, 'envelope');
  readOaep(keyEncryption.into());
  keyEncryption.end();
  const encryptedKey = recipient.octets();
  recipient.end();
  const content = envelope.into();
  envelope.end();
  want(content.oid() === OID.data, 'envelope');
  const encryption = content.into();
  const name = encryption.oid();
  const cipher = (Object.keys(CONTENT_CIPHERS) as ContentCipher[]).find(
    (one) => CONTENT_CIPHERS[one].oid === name,
  );
  const iv = encryption.octets();
  encryption.end();
  const ciphertext = Uint8Array.from(content.next(0x80).contents);
  content.end();
  want(cipher !== undefined && iv.length === CONTENT_CIPHERS[cipher].ivBytes, 'envelope');
  return { krd, encryptedKey, cipher: cipher!, iv, ciphertext };
}

/** Parameters of OAEP, with the tags of RFC 8017 or without any, as the samples of TR-34 have them. */
function readOaep(parameters: DerReader): void {
  const member = (n: number): DerReader => {
    const tagged = parameters.optional(context(n));
    return tagged === undefined ? parameters.into() : readMembers(tagged.contents);
  };
  want(isSha256(member(0)), 'envelope');
  const mask = member(1);
  want(mask.oid() === OID.mgf1 && isSha256(mask.into()), 'envelope');
  mask.end();
  if (parameters.done) return;
  const label = member(2);
  want(label.oid() === OID.pSpecified && label.octets().length === 0, 'envelope');
  label.end();
  parameters.end();
}

function isSha256(identifier: DerReader): boolean {
  const right = identifier.oid() === OID.sha256;
  if (!identifier.done) want(identifier.next(TAG.null).contents.length === 0, 'algorithm');
  identifier.end();
  return right;
}

export interface SignedAttributes {
  readonly contentType: string;
  readonly digest: Uint8Array;
  /** The receiver's random number, in two passes. */
  readonly nonce?: Uint8Array;
  /** When it was signed, in one pass; milliseconds since the epoch, whole seconds. */
  readonly timeMs?: number;
  /** Header of the key block that is inside. */
  readonly header?: Uint8Array;
}

/** Signed attributes as a SET in DER: what is signed. */
export function buildAttributes(o: SignedAttributes): Uint8Array {
  const attribute = (type: string, value: Uint8Array) => sequence(oid(type), setOf(value));
  const present: Uint8Array[] = [
    attribute(OID.contentType, oid(o.contentType)),
    attribute(OID.messageDigest, octets(o.digest)),
  ];
  if (o.nonce !== undefined) present.push(attribute(OID.randomNumber, octets(o.nonce)));
  if (o.timeMs !== undefined) present.push(attribute(OID.signingTime, utcTime(o.timeMs)));
  if (o.header !== undefined) present.push(attribute(OID.data, octets(o.header)));
  return setOf(...present);
}

/** The whole token in DER. */
export function buildSigned(o: {
  signer: Uint8Array;
  contentType: string;
  content: Uint8Array;
  /** As `buildAttributes` gives them. */
  attributes: Uint8Array;
  signature: Uint8Array;
}): Uint8Array {
  const signer = sequence(
    small(1),
    issuerAndSerial(o.signer),
    SHA256,
    encode(context(0), readDer(o.attributes).contents),
    algorithm(OID.rsaEncryption, NULL),
    octets(o.signature),
  );
  const content = sequence(oid(o.contentType), encode(context(0), octets(o.content)));
  const signed = sequence(small(1), setOf(SHA256), content, setOf(signer));
  return sequence(oid(OID.signedData), encode(context(0), signed));
}

/** The parts of a signed token; throws when it is none. Certificates and lists in it are passed over. */
export function readSigned(der: Uint8Array) {
  const info = readMembers(der);
  want(info.oid() === OID.signedData, 'token');
  const wrapped = info.into(context(0));
  info.end();
  const signed = wrapped.into();
  wrapped.end();
  want([1, 3].includes(signed.small()), 'token');
  const digests = signed.into(TAG.set);
  want(isSha256(digests.into()) && digests.done, 'token');
  const { contentType, content } = readContent(signed);
  signed.optional(context(0));
  signed.optional(context(1));
  const signers = signed.into(TAG.set);
  signed.end();
  const signer = signers.into();
  signers.end();
  want(signer.small() === 1, 'token');
  const id = signer.next(TAG.sequence).whole;
  want(isSha256(signer.into()), 'token');
  const attributes = signer.next(context(0)).contents;
  const signatureAlgorithm = signer.into();
  want(SIGNATURES.includes(signatureAlgorithm.oid()), 'token');
  if (!signatureAlgorithm.done)
    want(signatureAlgorithm.next(TAG.null).contents.length === 0, 'token');
  signatureAlgorithm.end();
  const signature = signer.octets();
  signer.end();
  const facts = readAttributes(new DerReader(attributes));
  want(facts.contentType === contentType, 'token');
  return {
    ...facts,
    contentType,
    signer: id,
    content,
    // What is signed has the tag of a SET in place of the tag it has inside.
    attributes: encode(TAG.set, attributes),
    signature,
  };
}

function readContent(signed: DerReader): { contentType: string; content: Uint8Array } {
  const encapsulated = signed.into();
  const contentType = encapsulated.oid();
  const wrapped = encapsulated.into(context(0));
  encapsulated.end();
  const content = wrapped.octets();
  wrapped.end();
  return { contentType, content };
}

/** Each attribute once, with one value; unknown ones are passed over. */
function readAttributes(attributes: DerReader): SignedAttributes {
  const values = new Map<string, DerReader>();
  while (!attributes.done) {
    const attribute = attributes.into();
    const type = attribute.oid();
    want(!values.has(type), 'token');
    values.set(type, attribute.into(TAG.set));
    attribute.end();
  }
  const one = <T>(type: string, read: (value: DerReader) => T): T | undefined => {
    const reader = values.get(type);
    if (reader === undefined) return undefined;
    const value = read(reader);
    reader.end();
    return value;
  };
  const contentType = one(OID.contentType, (value) => value.oid());
  const digest = one(OID.messageDigest, (value) => value.octets());
  if (contentType === undefined || digest === undefined) {
    throw new CmsError('missing signed attribute');
  }
  return {
    contentType,
    digest,
    nonce: one(OID.randomNumber, (value) => value.octets()),
    timeMs: one(OID.signingTime, (value) => readUtcTime(value.next(TAG.utcTime))),
    header: one(OID.data, (value) => value.octets()),
  };
}

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
