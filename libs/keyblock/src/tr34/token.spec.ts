import { createHash, KeyObject, sign, X509Certificate } from 'node:crypto';
import { fromHex, toHex } from '@pinfold/crypto';
import * as asn1 from 'asn1js';
import * as pkijs from 'pkijs';
import { inputError } from '../../../crypto/src/testing.js';
import { OID } from './cms.js';
import { buildKeyBlock, readEnvelope, readKeyBlock } from './enveloped.js';
import {
  createTr34Token,
  openTr34Token,
  TR34_CONTENT_CIPHERS,
  TR34_REASONS,
  type Tr34Party,
  type Tr34Reason,
  type Tr34Trust,
  tr34Nonce,
  tr34NonceToken,
} from './index.js';
import { signToken } from './signed.js';
import { buildAttributes, buildSigned, readSigned } from './signed-data.js';

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: Uint8Array.of(1, 0, 1) };
const nowMs = Date.UTC(2026, 10, 21);
const header = {
  version: 'D' as const,
  usage: 'K0',
  algorithm: 'A',
  modeOfUse: 'B',
  exportability: 'E',
};
const key = fromHex('3F419E1CB7079442AA37474C2EFBF8B8');
const random = (length: number) => Uint8Array.from({ length }, (_, i) => 5 * i + length);
const nonce = tr34Nonce((length) => new Uint8Array(length).fill(0x5a));
const refused = (detail: Tr34Reason) => ({ ok: false, code: 'KEY_TRANSPORT_INVALID', detail });

interface Authority {
  name: string;
  keys: CryptoKeyPair;
  der: Uint8Array;
}
type CryptoKeyPair = { publicKey: CryptoKey; privateKey: CryptoKey };
type CryptoKey = Parameters<typeof KeyObject.from>[0];
let serial = 1;

async function keyPair(modulusLength = 2048): Promise<CryptoKeyPair> {
  const generate = globalThis.crypto.subtle.generateKey;
  const usages = ['sign', 'verify'] as const;
  return (await generate.call(globalThis.crypto.subtle, { ...RSA, modulusLength }, true, [
    ...usages,
  ])) as CryptoKeyPair;
}

async function certify(
  subject: string,
  keys: CryptoKeyPair,
  authority: Omit<Authority, 'der'>,
  cA = false,
): Promise<Uint8Array> {
  const certificate = new pkijs.Certificate({
    version: 2,
    serialNumber: new asn1.Integer({ value: serial++ }),
    extensions: [
      new pkijs.Extension({
        extnID: '2.5.29.19',
        critical: true,
        extnValue: new pkijs.BasicConstraints({ cA }).toSchema().toBER(),
      }),
    ],
  });
  certificate.subject.typesAndValues.push(commonName(subject));
  certificate.issuer.typesAndValues.push(commonName(authority.name));
  certificate.notBefore.value = new Date(Date.UTC(2026, 0, 1));
  certificate.notAfter.value = new Date(Date.UTC(2027, 0, 1));
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey as never);
  await certificate.sign(authority.keys.privateKey as never, 'SHA-256');
  return new Uint8Array(certificate.toSchema().toBER());
}

function commonName(name: string): pkijs.AttributeTypeAndValue {
  const value = new asn1.Utf8String({ value: name });
  return new pkijs.AttributeTypeAndValue({ type: '2.5.4.3', value });
}

async function authority(name: string, keys: CryptoKeyPair): Promise<Authority> {
  return { name, keys, der: await certify(name, keys, { name, keys }, true) };
}

async function party(name: string, by: Authority, keys: CryptoKeyPair): Promise<Tr34Party> {
  return {
    certificate: await certify(name, keys, by),
    privateKey: KeyObject.from(keys.privateKey),
  };
}

let trust: Tr34Trust;
let kdh: Tr34Party;
let krd: Tr34Party;
let other: Tr34Party;
let stranger: Tr34Party;
let weak: Tr34Party;
let token: Uint8Array;

beforeAll(async () => {
  const pairs = await Promise.all([keyPair(), keyPair(), keyPair(), keyPair(), keyPair(1024)]);
  const [rootKeys, kdhKeys, krdKeys, otherKeys, weakKeys] = pairs;
  const root = await authority('Pinfold test authority', rootKeys);
  const elsewhere = await authority('Another authority', otherKeys);
  trust = { authorities: [root.der], nowMs };
  [kdh, krd, other, stranger, weak] = await Promise.all([
    party('KDH', root, kdhKeys),
    party('KRD', root, krdKeys),
    party('KRD 2', root, otherKeys),
    party('KDH', elsewhere, kdhKeys),
    party('KRD 3', root, weakKeys),
  ]);
  token = make();
});

const make = (change: Partial<Parameters<typeof createTr34Token>[0]> = {}) =>
  createTr34Token({
    kdh,
    krdCertificate: krd.certificate,
    trust,
    nonce,
    header,
    key,
    random,
    ...change,
  });
const open = (change: object = {}) =>
  openTr34Token({ krd, kdhCertificate: kdh.certificate, trust, nonce, token, ...change });

const onePass = () => make({ nonce: undefined });
const openOnePass = (change: object = {}) =>
  openTr34Token({
    krd,
    kdhCertificate: kdh.certificate,
    trust,
    newerThanMs: nowMs - 1,
    token: onePass(),
    ...change,
  });

describe('TR-34 key transport', () => {
  it('gives the receiver key and header', () => {
    const opened = open();
    if (!opened.ok) throw new Error(opened.detail);
    expect(toHex(opened.value.key)).toBe(toHex(key));
    expect(opened.value.header).toMatchObject(header);
  });

  it('carries optional blocks and keys of other algorithms', () => {
    const blocks = [['LB', 'TMK of ATM 1']] as const;
    const hmac = { ...header, usage: 'M7', algorithm: 'H', modeOfUse: 'C', blocks };
    const opened = open({ token: make({ header: hmac, key: new Uint8Array(77).fill(3) }) });
    expect(opened.ok && opened.value.key).toEqual(new Uint8Array(77).fill(3));
    expect(opened.ok && opened.value.header.blocks.slice(0, 1)).toEqual(blocks);
  });

  const seen = new Set<string>();
  it.each<[Tr34Reason, () => ReturnType<typeof open>]>([
    ['TOKEN_MALFORMED', () => open({ token: new Uint8Array(0) })],
    ['TOKEN_MALFORMED', () => open({ token: token.slice(0, -1) })],
    ['TOKEN_MALFORMED', () => open({ token: kdh.certificate })],
    ['SENDER_UNTRUSTED', () => open({ kdhCertificate: stranger.certificate })],
    ['SENDER_UNTRUSTED', () => open({ trust: { ...trust, authorities: [] } })],
    ['SENDER_UNTRUSTED', () => open({ trust: { ...trust, authorities: [kdh.certificate] } })],
    ['SENDER_UNTRUSTED', () => open({ trust: { ...trust, nowMs: Date.UTC(2025, 0, 1) } })],
    ['SENDER_UNTRUSTED', () => open({ trust: { ...trust, nowMs: Date.UTC(2028, 0, 1) } })],
    ['SENDER_UNTRUSTED', () => open({ trust: { ...trust, isRevoked: () => true } })],
    ['SENDER_OTHER', () => open({ kdhCertificate: other.certificate })],
    ['CONTENT_ALTERED', () => open({ token: changed(readSigned(token).content) })],
    ['SIGNATURE_WRONG', () => open({ token: changed(readSigned(token).signature) })],
    ['SIGNATURE_WRONG', () => open({ token: changed(readSigned(token).nonce!) })],
    [
      'SIGNATURE_WRONG',
      () => open({ token: make({ kdh: { ...kdh, privateKey: other.privateKey } }) }),
    ],
    ['NONCE_WRONG', () => open({ nonce: new Uint8Array(16) })],
    ['TIME_WRONG', () => openOnePass({ token })],
    ['TIME_WRONG', () => openOnePass({ newerThanMs: nowMs })],
    ['TIME_WRONG', () => openOnePass({ trust: { ...trust, nowMs: nowMs + 300_001 } })],
    ['TIME_WRONG', () => openOnePass({ trust: { ...trust, nowMs: nowMs - 300_001 } })],
    ['TIME_WRONG', () => openOnePass({ trust: { ...trust, nowMs: nowMs + 1001 }, windowMs: 1000 })],
    ['NONCE_WRONG', () => open({ token: onePass() })],
    ['HEADER_INVALID', () => open({ token: forged('D0016ZZAB00E0000') })],
    ['HEADER_INVALID', () => open({ token: forged('D0016K0AB00E0000more') })],
    ['CONTENT_WRONG', () => open({ token: forged('D0016K0AD00E0000') })],
    ['CONTENT_WRONG', () => open({ krd: other })],
    ['CONTENT_WRONG', () => open({ krd: { ...krd, privateKey: other.privateKey } })],
  ])('%s', (reason, call) => {
    seen.add(reason);
    expect(call()).toEqual(refused(reason));
  });

  it('tries all reasons but those of binding', () => {
    const binding = ['RECEIVER_OTHER', 'CREDENTIAL_UNTRUSTED'];
    const wanted = Object.keys(TR34_REASONS).filter((reason) => !binding.includes(reason));
    expect([...seen].sort()).toEqual(wanted.sort());
  });

  it('goes in one pass, with a time that the next token must be newer than', () => {
    const opened = openOnePass();
    expect(opened.ok && toHex(opened.value.key)).toBe(toHex(key));
    expect(opened.ok && opened.value.timeMs).toBe(nowMs);
    expect(open()).toMatchObject({ value: { timeMs: undefined } });
    for (const ms of [-300_000, 300_000]) {
      expect(openOnePass({ trust: { ...trust, nowMs: nowMs + ms } }).ok).toBe(true);
    }
  });

  it.each(TR34_CONTENT_CIPHERS)('enciphers the key block by %s', (cipher) => {
    const opened = open({ token: make({ cipher }) });
    expect(opened.ok && toHex(opened.value.key)).toBe(toHex(key));
  });

  it('is CMS to another library, which finds the signature right', async () => {
    const content = pkijs.ContentInfo.fromBER(Uint8Array.from(token).buffer);
    const signed = new pkijs.SignedData({ schema: content.content });
    const certificates = [kdh.certificate].map((der) =>
      pkijs.Certificate.fromBER(Uint8Array.from(der).buffer),
    );
    signed.certificates = certificates;
    await expect(signed.verify({ signer: 0, checkChain: false })).resolves.toBe(true);
    const { content: envelope } = readSigned(token);
    const read = pkijs.EnvelopedData.fromBER(Uint8Array.from(envelope).buffer);
    expect(read.recipientInfos).toHaveLength(1);
  });

  it('gives the random number as a token', () => {
    expect(toHex(tr34NonceToken(fromHex('167EB0E72781E4940112233445566778')))).toBe(
      '3020060A2A864886F70D0109190331120410167EB0E72781E4940112233445566778',
    );
  });

  it('refuses every truncation, and a flipped bit at every byte', () => {
    for (let at = 0; at < token.length; at += 23) {
      expect(open({ token: token.slice(0, at) })).toMatchObject({ code: 'KEY_TRANSPORT_INVALID' });
      const bad = Uint8Array.from(token);
      bad[at]! ^= 1 << (at % 8);
      const answer = open({ token: bad });
      // A bit in what is neither signed nor read (version numbers, algorithm parameters) changes
      // nothing.
      if (answer.ok) expect(toHex(answer.value.key)).toBe(toHex(key));
      else expect(answer.code).toBe('KEY_TRANSPORT_INVALID');
    }
  });

  it('reads what is no token, envelope or key block as an error', () => {
    const { content: envelope } = readSigned(token);
    const block = buildKeyBlock({ kdh: kdh.certificate, key, header: new Uint8Array(16) });
    expect(readKeyBlock(block).key).toEqual(key);
    const second = Uint8Array.from(block);
    second[4] = 2; // version
    const otherType = Uint8Array.from(block);
    otherType[block.length - 21] = 2; // last arc of id-data
    for (const bad of [second, otherType, new Uint8Array(0), fromHex('0500')]) {
      expect(() => readKeyBlock(bad)).toThrow();
    }
    for (const oid of ['2A864886F70D010107', '2A864886F70D010108', '60864801650304012A']) {
      expect(() => readEnvelope(altered(envelope, fromHex(oid)))).toThrow('not a TR-34 envelope');
    }
    for (const oid of ['2A864886F70D010702', '2A864886F70D010703', '2A864886F70D010904']) {
      expect(() => readSigned(altered(token, fromHex(oid)))).toThrow();
    }
    expect(readSigned(altered(token, fromHex('2A864886F70D01091903'))).nonce).toBeUndefined();
  });

  it('asks about revocation by serial number', () => {
    const asked: string[] = [];
    open({ trust: { ...trust, isRevoked: (number: string) => asked.push(number) < 0 } });
    expect(asked).toEqual([new X509Certificate(kdh.certificate).serialNumber]);
  });

  it.each<[string, () => unknown]>([
    [
      'RECEIVER_UNTRUSTED: krdCertificate must be trusted and in time',
      () => make({ krdCertificate: stranger.certificate }),
    ],
    [
      'RECEIVER_UNTRUSTED: krdCertificate must be trusted and in time',
      () => make({ krdCertificate: weak.certificate }),
    ],
    [
      'CERTIFICATE_INVALID: krdCertificate must be an X.509 certificate in DER',
      () => make({ krdCertificate: new Uint8Array(3) }),
    ],
    [
      'CERTIFICATE_INVALID: krdCertificate must be an X.509 certificate in DER',
      () => make({ krdCertificate: 'x' as never }),
    ],
    [
      'CERTIFICATE_INVALID: kdh.certificate must be an X.509 certificate in DER',
      () => make({ kdh: { ...kdh, certificate: new Uint8Array(3) } }),
    ],
    [
      'CERTIFICATE_INVALID: kdhCertificate must be an X.509 certificate in DER',
      () => open({ kdhCertificate: new Uint8Array(3) }),
    ],
    [
      'CERTIFICATE_INVALID: krd.certificate must be an X.509 certificate in DER',
      () => open({ krd: { ...krd, certificate: new Uint8Array(3) } }),
    ],
    ['NONCE_LENGTH: nonce must be 8 to 64 bytes', () => make({ nonce: new Uint8Array(7) })],
    ['NONCE_LENGTH: nonce must be 8 to 64 bytes', () => make({ nonce: new Uint8Array(65) })],
    ['NONCE_LENGTH: nonce must be 8 to 64 bytes', () => open({ nonce: 'x' as never })],
    ['NONCE_LENGTH: nonce must be 8 to 64 bytes', () => tr34NonceToken(new Uint8Array(7))],
    [
      'TIME_INVALID: time must be of a year from 1950 to 2049',
      () => signToken({ kdh, contentType: OID.data, content: key, fresh: { timeMs: 1e14 } }),
    ],
    [
      'CIPHER_UNKNOWN: cipher must be tdes or aes128 or aes192 or aes256',
      () => make({ cipher: 'des' as never }),
    ],
    [
      'KEY_INVALID: key must have a length of its algorithm, at most 4096',
      () => make({ key: new Uint8Array(15) }),
    ],
    [
      'KEY_INVALID: key must have a length of its algorithm, at most 4096',
      () => make({ key: new Uint8Array(0) }),
    ],
    [
      'HEADER_INVALID: key block header: USAGE_UNKNOWN',
      () => make({ header: { ...header, usage: 'ZZ' } }),
    ],
    [
      'HEADER_INVALID: key block header: ALGORITHM_UNKNOWN',
      () => make({ header: { ...header, algorithm: 'Z' } }),
    ],
    [
      'RANDOM_SOURCE: the random source must return as many bytes as asked',
      () => make({ random: () => new Uint8Array(1) }),
    ],
  ])('%s', (expected, call) => expect(call).toThrow(inputError(expected)));
});

/** The token with the last byte of one of its parts changed, wherever that part stands. */
function changed(part: Uint8Array): Uint8Array {
  return altered(token, part);
}

function altered(whole: Uint8Array, part: Uint8Array): Uint8Array {
  const at = Buffer.from(whole).indexOf(part);
  if (at < 0) throw new Error('part not found');
  const bad = Uint8Array.from(whole);
  bad[at + part.length - 1]! ^= 1;
  return bad;
}

/** A token whose signed header is another than the one inside: what only the sender can do. */
function forged(text: string): Uint8Array {
  const { content } = readSigned(token);
  const digest = Uint8Array.from(createHash('sha256').update(content).digest());
  const contentType = OID.envelopedData;
  const attributes = buildAttributes({ contentType, digest, nonce, header: Buffer.from(text) });
  const signature = sign('sha256', attributes, kdh.privateKey);
  return buildSigned({ signer: kdh.certificate, contentType, content, attributes, signature });
}
