/**
 * TR-34 key transport, two passes: the receiver (KRD) sends a random number, the distributor (KDH)
 * answers with a token that only this receiver can open, signed over that number. ASC X9 TR-34:2019
 * clause 5.
 *
 * RSAES-OAEP with SHA-256 transports an AES-256 key, which enciphers the key block in CBC; the
 * whole is signed with RSASSA-PKCS1-v1_5 and SHA-256 and checked before anything is deciphered, so
 * that the private key answers no question of a stranger. OAEP draws its own seed from OpenSSL; all
 * other randomness is passed in. Left out: binding, rebinding and unbinding tokens, and the
 * certificate lists in a token.
 */
import {
  constants,
  createHash,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  sign,
  verify,
} from 'node:crypto';
import {
  AesKey,
  concatBytes,
  decryptCbc,
  encryptCbc,
  equalConstantTime,
  InputError,
  isBytes,
  ok,
  type RandomBytes,
  type Result,
  refused,
  takeRandom,
  wipe,
} from '@pinfold/crypto';
import {
  buildHeader,
  type KeyBlockHeader,
  type KeyBlockHeaderInput,
  parseHeader,
} from '../header.js';
import { ALGORITHMS, type KeyAlgorithm } from '../usages.js';
import {
  buildAttributes,
  buildEnvelope,
  buildKeyBlock,
  buildSigned,
  readEnvelope,
  readKeyBlock,
  readSigned,
  sameCertificate,
} from './asn1.js';
import { isTrusted, readCertificate, type Tr34Trust } from './certificates.js';

/**
 * Why a token is refused, in the order in which it is looked for; outside it is always
 * `KEY_TRANSPORT_INVALID`.
 */
export const TR34_REASONS = {
  TOKEN_MALFORMED: 'not the ASN.1 of a TR-34 token',
  SENDER_UNTRUSTED: 'the sender is not certified, out of time, revoked, or too weak',
  SENDER_OTHER: 'signed by another party than the one expected',
  CONTENT_ALTERED: 'the digest of the content is not the signed one',
  SIGNATURE_WRONG: 'the signature does not verify',
  NONCE_WRONG: 'not an answer to this random number',
  HEADER_INVALID: 'the key block header is not valid',
  CONTENT_WRONG: 'for another receiver, or not what the header says; told apart by nothing',
} as const;

export type Tr34Reason = keyof typeof TR34_REASONS;
export type Tr34Refusal = 'KEY_TRANSPORT_INVALID';

/** A party: certificate (DER) and private key. */
export interface Tr34Party {
  certificate: Uint8Array;
  privateKey: KeyObject;
}

/** Bytes of the receiver's random number. */
export const TR34_NONCE_BYTES = 16;

/** Longest key that a token carries, bytes. */
const MAX_KEY_BYTES = 4096;

/** First pass: the receiver's random number. It answers one token, and is then forgotten. */
export function tr34Nonce(random: RandomBytes): Uint8Array {
  return takeRandom(random, TR34_NONCE_BYTES);
}

/**
 * Second pass: the token (DER).
 * @throws InputError CERTIFICATE_INVALID, RECEIVER_UNTRUSTED, NONCE_LENGTH, KEY_INVALID,
 * HEADER_INVALID
 */
export function createTr34Token(o: {
  kdh: Tr34Party;
  krdCertificate: Uint8Array;
  trust: Tr34Trust;
  nonce: Uint8Array;
  header: KeyBlockHeaderInput;
  key: Uint8Array;
  random: RandomBytes;
}): Uint8Array {
  const receiver = readCertificate(o.krdCertificate, 'krdCertificate');
  readCertificate(o.kdh.certificate, 'kdh.certificate');
  if (!isTrusted(receiver, o.trust)) {
    throw new InputError('RECEIVER_UNTRUSTED', 'krdCertificate must be trusted and in time');
  }
  requireNonce(o.nonce);
  if (!isKeyOf(o.key, o.header.algorithm)) {
    throw new InputError('KEY_INVALID', 'key must have a length of its algorithm, at most 4096');
  }
  const header = Buffer.from(buildHeader(o.header, { bodyLength: 0 }), 'latin1');
  const block = buildKeyBlock({ kdh: o.kdh.certificate, key: o.key, header });
  const padding = 16 - (block.length % 16);
  const clear = concatBytes(block, new Uint8Array(padding).fill(padding));
  const contentKey = takeRandom(o.random, 32);
  const iv = takeRandom(o.random, 16);
  const schedule = AesKey.of(contentKey);
  const envelope = buildEnvelope({
    krd: o.krdCertificate,
    encryptedKey: publicEncrypt({ key: receiver.publicKey, ...OAEP }, contentKey),
    iv,
    ciphertext: encryptCbc(schedule, iv, clear),
  });
  schedule.wipe();
  wipe(block);
  wipe(clear);
  wipe(contentKey);
  const attributes = buildAttributes({ digest: sha256(envelope), nonce: o.nonce, header });
  const signature = sign('sha256', new Uint8Array(attributes.toBER()), o.kdh.privateKey);
  return buildSigned({ kdh: o.kdh.certificate, envelope, attributes, signature });
}

/** Opens a token; `kdhCertificate` is the sender that the receiver is bound to. */
export function openTr34Token(o: {
  krd: Tr34Party;
  kdhCertificate: Uint8Array;
  trust: Tr34Trust;
  nonce: Uint8Array;
  token: Uint8Array;
}): Result<{ key: Uint8Array; header: KeyBlockHeader }, Tr34Refusal> {
  const sender = readCertificate(o.kdhCertificate, 'kdhCertificate');
  readCertificate(o.krd.certificate, 'krd.certificate');
  requireNonce(o.nonce);
  const token = attempt(() => readSigned(o.token));
  if (token === undefined) return no('TOKEN_MALFORMED');
  if (!isTrusted(sender, o.trust)) return no('SENDER_UNTRUSTED');
  if (!sameCertificate(token.kdh, o.kdhCertificate)) return no('SENDER_OTHER');
  if (!equalConstantTime(sha256(token.envelope), token.digest)) return no('CONTENT_ALTERED');
  if (!verify('sha256', token.attributes, sender.publicKey, token.signature)) {
    return no('SIGNATURE_WRONG');
  }
  if (!equalConstantTime(token.nonce, o.nonce)) return no('NONCE_WRONG');
  const parsed = parseHeader(Buffer.from(token.header).toString('latin1'));
  if (!parsed.ok || parsed.value.headerLength !== token.header.length) return no('HEADER_INVALID');
  const { header } = parsed.value;
  const inside = attempt(() => opened(o, token.envelope));
  if (inside === undefined) return no('CONTENT_WRONG');
  const good =
    sameCertificate(inside.kdh, o.kdhCertificate) &&
    equalConstantTime(inside.header, token.header) &&
    isKeyOf(inside.key, header.algorithm);
  return good ? ok({ key: inside.key, header }) : no('CONTENT_WRONG');
}

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' } as const;

/** The key block inside an envelope for this receiver; throws for every fault. */
function opened(o: { krd: Tr34Party }, envelope: Uint8Array) {
  const { krd, encryptedKey, iv, ciphertext } = readEnvelope(envelope);
  if (!sameCertificate(krd, o.krd.certificate)) throw new Error('another receiver');
  const contentKey = privateDecrypt({ key: o.krd.privateKey, ...OAEP }, encryptedKey);
  const schedule = AesKey.of(contentKey);
  wipe(contentKey);
  const clear = decryptCbc(schedule, iv, ciphertext);
  schedule.wipe();
  const padding = clear[clear.length - 1]!;
  const inside = readKeyBlock(clear.subarray(0, clear.length - padding));
  wipe(clear);
  return inside;
}

/**
 * What a parser or a cipher throws at bad input, as undefined: the reasons are told apart by the
 * caller, or by nothing.
 */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function isKeyOf(key: unknown, algorithm: string): boolean {
  if (!isBytes(key) || key.length < 1 || key.length > MAX_KEY_BYTES) return false;
  const lengths = Object.hasOwn(ALGORITHMS, algorithm)
    ? (ALGORITHMS[algorithm as KeyAlgorithm].keyBytes as readonly number[] | undefined)
    : undefined;
  return lengths === undefined || lengths.includes(key.length);
}

function requireNonce(nonce: unknown): void {
  if (isBytes(nonce) && nonce.length === TR34_NONCE_BYTES) return;
  throw new InputError('NONCE_LENGTH', 'nonce must be 16 bytes');
}

function sha256(data: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(data).digest());
}

function no(reason: Tr34Reason) {
  return refused<Tr34Refusal>('KEY_TRANSPORT_INVALID', reason);
}
