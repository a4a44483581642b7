/**
 * EnvelopedData over the key block, built and read.
 *
 *   EnvelopedData { RSAES-OAEP with SHA-256; a block cipher in CBC, of KeyBlock }
 *   KeyBlock ::= SEQUENCE { version 1, IssuerAndSerialNumber of the KDH, OCTET STRING key,
 *                           SEQUENCE { id-data, SET { OCTET STRING header } } }
 *
 * ASC X9 TR-34:2019 annex B; RFC 5652 section 6.
 */
import { algorithm, isSha256, issuerAndSerial, OID, SHA256, want } from './cms.js';
import {
  context,
  type DerReader,
  encode,
  NULL,
  octets,
  oid,
  readMembers,
  sequence,
  setOf,
  small,
  TAG,
} from './der.js';

/** Ciphers of the key block: content-encryption keys and vectors in bytes. */
export const CONTENT_CIPHERS = {
  tdes: { oid: '1.2.840.113549.3.7', keyBytes: 24, ivBytes: 8 },
  aes128: { oid: '2.16.840.1.101.3.4.1.2', keyBytes: 16, ivBytes: 16 },
  aes192: { oid: '2.16.840.1.101.3.4.1.22', keyBytes: 24, ivBytes: 16 },
  aes256: { oid: '2.16.840.1.101.3.4.1.42', keyBytes: 32, ivBytes: 16 },
} as const;
export type ContentCipher = keyof typeof CONTENT_CIPHERS;

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
