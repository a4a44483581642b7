/**
 * SignedData, built and read: the token itself, over an envelope or a signed list of certificates.
 *
 *   SignedData { content; signed attributes: content type, message digest, and what the token is
 *                fresh by: the receiver's random number, or a time }
 *
 * ASC X9 TR-34:2019 annex B; RFC 5652 section 5.
 */
import {
  algorithm,
  CmsError,
  isSha256,
  issuerAndSerial,
  OID,
  readContent,
  SHA256,
  want,
} from './cms.js';
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

/** Two names of the same: RSASSA-PKCS1-v1_5, with SHA-256 as the digest algorithm says. */
const SIGNATURES: readonly string[] = [OID.rsaEncryption, OID.sha256WithRsa];

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
