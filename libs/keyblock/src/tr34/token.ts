/**
 * TR-34 key transport: the distributor (KDH) answers the random number of the receiver (KRD) with a
 * token that only this receiver can open, signed over that number; or sends one pass with a time
 * in place of the number. ASC X9 TR-34:2019 clause 5, annex B.8 and B.9.
 *
 * RSAES-OAEP with SHA-256 transports a key, which enciphers the key block in CBC; the whole is signed
 * and checked before anything is deciphered, so that the private key answers no question of a
 * stranger. OAEP draws its own seed from OpenSSL; all other randomness is passed in. Left out: the
 * certificate and revocation lists inside a token (who may be relied on is the caller's to say), and
 * tokens of a higher authority.
 */
import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';
import {
  AesKey,
  type BlockKey,
  concatBytes,
  DesKey,
  decryptCbc,
  encryptCbc,
  equalConstantTime,
  InputError,
  isBytes,
  ok,
  type RandomBytes,
  type Result,
  requireOneOf,
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
import { isTrusted, readCertificate, type Tr34Trust } from './certificates.js';
import { OID, sameCertificate } from './cms.js';
import {
  buildEnvelope,
  buildKeyBlock,
  CONTENT_CIPHERS,
  type ContentCipher,
  readEnvelope,
  readKeyBlock,
} from './enveloped.js';
import { no, type Tr34Refusal } from './reasons.js';
import { attempt, checkToken, signToken, type Tr34Freshness, type Tr34Party } from './signed.js';

/** Longest key that a token carries, bytes. */
const MAX_KEY_BYTES = 4096;
export const TR34_CONTENT_CIPHERS = Object.keys(CONTENT_CIPHERS) as ContentCipher[];

/**
 * The token (DER): an answer to `nonce`, or of one pass with the time of `trust` where there is none.
 * @throws InputError CERTIFICATE_INVALID, RECEIVER_UNTRUSTED, NONCE_LENGTH, TIME_INVALID, KEY_INVALID,
 * HEADER_INVALID, CIPHER_UNKNOWN
 */
export function createTr34Token(o: {
  kdh: Tr34Party;
  krdCertificate: Uint8Array;
  trust: Tr34Trust;
  nonce?: Uint8Array;
  header: KeyBlockHeaderInput;
  key: Uint8Array;
  /** Of the key block; AES-256 where nothing is said. */
  cipher?: ContentCipher;
  random: RandomBytes;
}): Uint8Array {
  const { kdh, trust, nonce, key, random, cipher = 'aes256' } = o;
  const receiver = readCertificate(o.krdCertificate, 'krdCertificate');
  readCertificate(kdh.certificate, 'kdh.certificate');
  if (!isTrusted(receiver, trust)) {
    throw new InputError('RECEIVER_UNTRUSTED', 'krdCertificate must be trusted and in time');
  }
  requireOneOf(cipher, { name: 'cipher', code: 'CIPHER_UNKNOWN', allowed: TR34_CONTENT_CIPHERS });
  if (!isKeyOf(key, o.header.algorithm)) {
    throw new InputError('KEY_INVALID', 'key must have a length of its algorithm, at most 4096');
  }
  const header = Buffer.from(buildHeader(o.header, { bodyLength: 0 }), 'latin1');
  const block = buildKeyBlock({ kdh: kdh.certificate, key, header });
  const { keyBytes, ivBytes } = CONTENT_CIPHERS[cipher];
  const padding = ivBytes - (block.length % ivBytes);
  const clear = concatBytes(block, new Uint8Array(padding).fill(padding));
  const contentKey = takeRandom(random, keyBytes);
  const iv = takeRandom(random, ivBytes);
  const schedule = scheduleOf(cipher, contentKey);
  const content = buildEnvelope({
    krd: o.krdCertificate,
    encryptedKey: publicEncrypt({ key: receiver.publicKey, ...OAEP }, contentKey),
    cipher,
    iv,
    ciphertext: encryptCbc(schedule, iv, clear),
  });
  schedule.wipe();
  for (const secret of [block, clear, contentKey]) wipe(secret);
  const fresh = nonce === undefined ? { timeMs: trust.nowMs } : { nonce };
  return signToken({ kdh, contentType: OID.envelopedData, content, fresh, header });
}

/**
 * Opens a token; `kdhCertificate` is the sender that the receiver is bound to. In one pass `timeMs` is
 * to be kept: the next token must be newer.
 * @throws InputError CERTIFICATE_INVALID, NONCE_LENGTH
 */
export function openTr34Token(
  o: {
    krd: Tr34Party;
    kdhCertificate: Uint8Array;
    trust: Tr34Trust;
    token: Uint8Array;
  } & Tr34Freshness,
): Result<{ key: Uint8Array; header: KeyBlockHeader; timeMs?: number }, Tr34Refusal> {
  readCertificate(o.krd.certificate, 'krd.certificate');
  const checked = checkToken({ ...o, contentType: OID.envelopedData, fresh: o });
  if (!checked.ok) return checked;
  const { content, header: text = new Uint8Array(0), timeMs } = checked.value;
  const parsed = parseHeader(Buffer.from(text).toString('latin1'));
  if (!parsed.ok || parsed.value.headerLength !== text.length) return no('HEADER_INVALID');
  const { header } = parsed.value;
  const inside = attempt(() => opened(o, content));
  if (inside === undefined) return no('CONTENT_WRONG');
  const good =
    sameCertificate(inside.kdh, o.kdhCertificate) &&
    equalConstantTime(inside.header, text) &&
    isKeyOf(inside.key, header.algorithm);
  if (good) return ok({ key: inside.key, header, timeMs });
  wipe(inside.key);
  return no('CONTENT_WRONG');
}

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' } as const;

/** The key block inside an envelope for this receiver; throws for every fault. */
function opened(o: { krd: Tr34Party }, envelope: Uint8Array) {
  const { krd, encryptedKey, cipher, iv, ciphertext } = readEnvelope(envelope);
  if (!sameCertificate(krd, o.krd.certificate)) throw new Error('another receiver');
  const contentKey = privateDecrypt({ key: o.krd.privateKey, ...OAEP }, encryptedKey);
  if (contentKey.length !== CONTENT_CIPHERS[cipher].keyBytes) throw new Error('another key');
  const schedule = scheduleOf(cipher, contentKey);
  wipe(contentKey);
  const clear = decryptCbc(schedule, iv, ciphertext);
  schedule.wipe();
  const padding = clear[clear.length - 1]!;
  try {
    return readKeyBlock(clear.subarray(0, clear.length - padding));
  } finally {
    wipe(clear);
  }
}

function scheduleOf(cipher: ContentCipher, key: Uint8Array): BlockKey {
  return cipher === 'tdes' ? DesKey.of(key) : AesKey.of(key);
}

function isKeyOf(key: unknown, algorithm: string): boolean {
  if (!isBytes(key) || key.length < 1 || key.length > MAX_KEY_BYTES) return false;
  const lengths = Object.hasOwn(ALGORITHMS, algorithm)
    ? (ALGORITHMS[algorithm as KeyAlgorithm].keyBytes as readonly number[] | undefined)
    : undefined;
  return lengths === undefined || lengths.includes(key.length);
}
