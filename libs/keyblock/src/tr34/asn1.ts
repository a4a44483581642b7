/**
 * The ASN.1 of TR-34: CMS SignedData over EnvelopedData over the key block, built and read with
 * pkijs.
 *
 *   SignedData { eContent: EnvelopedData { RSAES-OAEP, SHA-256; AES-256-CBC of KeyBlock } }
 *     signed attributes: content type, message digest, random number of the receiver, header
 *   KeyBlock ::= SEQUENCE { version 1, IssuerAndSerialNumber of the KDH, OCTET STRING key,
 *                           SEQUENCE { id-data, SET { OCTET STRING header } } }
 *
 * ASC X9 TR-34:2019 annex B; RFC 5652. Object identifiers in `OID`.
 */
import * as asn1 from 'asn1js';
import * as pkijs from 'pkijs';

export const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  envelopedData: '1.2.840.113549.1.7.3',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  randomNumber: '1.2.840.113549.1.9.25.3',
  rsaEncryption: '1.2.840.113549.1.1.1',
  oaep: '1.2.840.113549.1.1.7',
  mgf1: '1.2.840.113549.1.1.8',
  sha256: '2.16.840.1.101.3.4.2.1',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
} as const;

const bytesOf = (block: { toBER(): ArrayBuffer }) => new Uint8Array(block.toBER());
const octets = (bytes: Uint8Array) =>
  new asn1.OctetString({ valueHex: Uint8Array.from(bytes).buffer });
const contentsOf = (block: asn1.OctetString) => Uint8Array.from(block.valueBlock.valueHexView);

/** Issuer and serial number of a certificate in DER. */
export function issuerAndSerial(certificate: Uint8Array): pkijs.IssuerAndSerialNumber {
  const { issuer, serialNumber } = pkijs.Certificate.fromBER(Uint8Array.from(certificate).buffer);
  return new pkijs.IssuerAndSerialNumber({ issuer, serialNumber });
}

/** Whether the two name the same certificate. */
export function sameCertificate(a: pkijs.IssuerAndSerialNumber, b: Uint8Array): boolean {
  const own = bytesOf(issuerAndSerial(b).toSchema());
  return Buffer.compare(bytesOf(a.toSchema()), own) === 0;
}

/** The key block inside, in DER. */
export function buildKeyBlock(o: {
  kdh: Uint8Array;
  key: Uint8Array;
  header: Uint8Array;
}): Uint8Array {
  return bytesOf(
    new asn1.Sequence({
      value: [
        new asn1.Integer({ value: 1 }),
        issuerAndSerial(o.kdh).toSchema(),
        octets(o.key),
        new asn1.Sequence({
          value: [
            new asn1.ObjectIdentifier({ value: OID.data }),
            new asn1.Set({ value: [octets(o.header)] }),
          ],
        }),
      ],
    }),
  );
}

/** What a key block holds; throws when it is none. */
export function readKeyBlock(der: Uint8Array) {
  const [version, id, key, attribute] = sequence(asn1.fromBER(Uint8Array.from(der).buffer).result);
  const [type, values] = sequence(attribute);
  if (
    (version as asn1.Integer).valueBlock.valueDec !== 1 ||
    (type as asn1.ObjectIdentifier).valueBlock.toString() !== OID.data
  ) {
    throw new Error('not a TR-34 key block');
  }
  return {
    kdh: new pkijs.IssuerAndSerialNumber({ schema: id }),
    key: contentsOf(key as asn1.OctetString),
    header: contentsOf((values as asn1.Set).valueBlock.value[0] as asn1.OctetString),
  };
}

function sequence(block: unknown): asn1.AsnType[] {
  if (block instanceof asn1.Sequence) return block.valueBlock.value as asn1.AsnType[];
  throw new Error('not a sequence');
}

/** EnvelopedData in DER. */
export function buildEnvelope(o: {
  krd: Uint8Array;
  encryptedKey: Uint8Array;
  iv: Uint8Array;
  ciphertext: Uint8Array;
}): Uint8Array {
  const sha256 = new pkijs.AlgorithmIdentifier({ algorithmId: OID.sha256 });
  const oaep = new pkijs.RSAESOAEPParams({
    hashAlgorithm: sha256,
    maskGenAlgorithm: new pkijs.AlgorithmIdentifier({
      algorithmId: OID.mgf1,
      algorithmParams: sha256.toSchema(),
    }),
  });
  const recipient = new pkijs.KeyTransRecipientInfo({
    version: 0,
    rid: issuerAndSerial(o.krd),
    keyEncryptionAlgorithm: new pkijs.AlgorithmIdentifier({
      algorithmId: OID.oaep,
      algorithmParams: oaep.toSchema(),
    }),
    encryptedKey: octets(o.encryptedKey),
  });
  const envelope = new pkijs.EnvelopedData({
    version: 0,
    recipientInfos: [new pkijs.RecipientInfo({ variant: 1, value: recipient })],
    encryptedContentInfo: new pkijs.EncryptedContentInfo({
      contentType: OID.data,
      contentEncryptionAlgorithm: new pkijs.AlgorithmIdentifier({
        algorithmId: OID.aes256Cbc,
        algorithmParams: octets(o.iv),
      }),
      encryptedContent: octets(o.ciphertext),
      disableSplit: true,
    }),
  });
  return bytesOf(envelope.toSchema());
}

/** The parts of an EnvelopedData; throws when it is none, or uses other algorithms. */
export function readEnvelope(der: Uint8Array) {
  const { result } = asn1.fromBER(Uint8Array.from(der).buffer);
  const envelope = new pkijs.EnvelopedData({ schema: result });
  const recipient = envelope.recipientInfos[0]?.value;
  const content = envelope.encryptedContentInfo;
  const { algorithmId, algorithmParams } = content.contentEncryptionAlgorithm;
  if (
    envelope.recipientInfos.length !== 1 ||
    !(recipient instanceof pkijs.KeyTransRecipientInfo) ||
    !(recipient.rid instanceof pkijs.IssuerAndSerialNumber) ||
    recipient.keyEncryptionAlgorithm.algorithmId !== OID.oaep ||
    algorithmId !== OID.aes256Cbc
  ) {
    throw new Error('not a TR-34 envelope');
  }
  return {
    krd: recipient.rid,
    encryptedKey: contentsOf(recipient.encryptedKey),
    iv: contentsOf(algorithmParams as asn1.OctetString),
    ciphertext: Uint8Array.from(new Uint8Array(content.getEncryptedContent())),
  };
}

/** Signed attributes as a SET in DER: what is signed. DER orders a SET OF by its encodings. */
export function buildAttributes(o: {
  digest: Uint8Array;
  nonce: Uint8Array;
  header: Uint8Array;
}): asn1.Set {
  const attribute = (type: string, value: asn1.AsnType) =>
    new pkijs.Attribute({ type, values: [value] }).toSchema();
  const all = [
    attribute(OID.contentType, new asn1.ObjectIdentifier({ value: OID.envelopedData })),
    attribute(OID.messageDigest, octets(o.digest)),
    attribute(OID.randomNumber, octets(o.nonce)),
    attribute(OID.data, octets(o.header)),
  ];
  all.sort((a, b) => Buffer.compare(bytesOf(a), bytesOf(b)));
  return new asn1.Set({ value: all });
}

/** The whole token in DER. */
export function buildSigned(o: {
  kdh: Uint8Array;
  envelope: Uint8Array;
  attributes: asn1.Set;
  signature: Uint8Array;
}): Uint8Array {
  const sha256 = new pkijs.AlgorithmIdentifier({ algorithmId: OID.sha256 });
  const signed = new pkijs.SignedData({
    version: 3,
    digestAlgorithms: [sha256],
    encapContentInfo: new pkijs.EncapsulatedContentInfo({ eContentType: OID.envelopedData }),
    signerInfos: [
      new pkijs.SignerInfo({
        version: 1,
        sid: issuerAndSerial(o.kdh),
        digestAlgorithm: sha256,
        signedAttrs: new pkijs.SignedAndUnsignedAttributes({
          type: 0,
          attributes: o.attributes.valueBlock.value.map(
            (schema) => new pkijs.Attribute({ schema }),
          ),
        }),
        signatureAlgorithm: new pkijs.AlgorithmIdentifier({
          algorithmId: OID.rsaEncryption,
          algorithmParams: new asn1.Null(),
        }),
        signature: octets(o.signature),
      }),
    ],
  });
  // Set after construction: the constructor would split the content into pieces.
  signed.encapContentInfo.eContent = octets(o.envelope);
  const content = new pkijs.ContentInfo({
    contentType: OID.signedData,
    content: signed.toSchema(true),
  });
  return bytesOf(content.toSchema());
}

/** The parts of a token; throws when it is none. */
export function readSigned(der: Uint8Array) {
  const content = pkijs.ContentInfo.fromBER(Uint8Array.from(der).buffer);
  if (content.contentType !== OID.signedData) throw new Error('not signed data');
  const signed = new pkijs.SignedData({ schema: content.content });
  const signer = signed.signerInfos[0];
  const attributes = signer?.signedAttrs?.attributes ?? [];
  const envelope = signed.encapContentInfo.eContent;
  if (
    signed.signerInfos.length !== 1 ||
    signer === undefined ||
    envelope === undefined ||
    signed.encapContentInfo.eContentType !== OID.envelopedData ||
    signer.digestAlgorithm.algorithmId !== OID.sha256 ||
    !(signer.sid instanceof pkijs.IssuerAndSerialNumber)
  ) {
    throw new Error('not a TR-34 token');
  }
  return {
    kdh: signer.sid,
    envelope: contentsOf(envelope as asn1.OctetString),
    attributes: bytesOf(new asn1.Set({ value: attributes.map((one) => one.toSchema()) })),
    signature: contentsOf(signer.signature),
    digest: single(attributes, OID.messageDigest),
    nonce: single(attributes, OID.randomNumber),
    header: single(attributes, OID.data),
  };
}

/** The one octet string of the one attribute of a type. */
function single(attributes: pkijs.Attribute[], type: string): Uint8Array {
  const found = attributes.filter((one) => one.type === type);
  const value = found[0]?.values[0];
  if (found.length !== 1 || !(value instanceof asn1.OctetString)) {
    throw new Error('missing signed attribute');
  }
  return contentsOf(value);
}
