/**
 * What every TR-34 token shares: its signature, its sender, and what it is fresh by. Signed with
 * RSASSA-PKCS1-v1_5 and SHA-256, as TR-34 has it; checked in the order of `TR34_REASONS`, all of it
 * before anything inside is looked at.
 */
import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import {
  equalConstantTime,
  InputError,
  isBytes,
  ok,
  type RandomBytes,
  type Result,
  takeRandom,
} from '@pinfold/crypto';
import { isTrusted, readCertificate, type Tr34Trust } from './certificates.js';
import { sameCertificate } from './cms.js';
import { buildNonceToken } from './credential.js';
import { no, type Tr34Refusal } from './reasons.js';
import { buildAttributes, buildSigned, readSigned } from './signed-data.js';

/** A party: certificate (DER) and private key. */
export interface Tr34Party {
  certificate: Uint8Array;
  privateKey: KeyObject;
}

/** Bytes of the random number that this receiver makes. */
export const TR34_NONCE_BYTES = 16;
/** Bytes of a receiver's random number. */
const NONCE_LENGTHS = { min: 8, max: 64 };

/** How far clocks may differ in one pass, and how long such a token lives. */
export const TR34_TIME_WINDOW_MS = 5 * 60_000;

/**
 * What a token must be fresh by: the receiver's own random number (two passes), or its time, newer
 * than that of the last token that was taken (one pass).
 */
export type Tr34Freshness =
  | { nonce: Uint8Array }
  | {
      /** Time of the last token taken, milliseconds since the epoch; 0 before the first. */
      newerThanMs: number;
      windowMs?: number;
    };

/** First pass: the receiver's random number. It answers one token, and is then forgotten. */
export function tr34Nonce(random: RandomBytes): Uint8Array {
  return takeRandom(random, TR34_NONCE_BYTES);
}

/** The random number as the token that goes to the sender. @throws InputError NONCE_LENGTH */
export function tr34NonceToken(nonce: Uint8Array): Uint8Array {
  requireNonce(nonce);
  return buildNonceToken(nonce);
}

/** A token over content. @throws InputError CERTIFICATE_INVALID, NONCE_LENGTH, TIME_INVALID */
export function signToken(o: {
  kdh: Tr34Party;
  contentType: string;
  content: Uint8Array;
  fresh: { nonce: Uint8Array } | { timeMs: number };
  header?: Uint8Array;
}): Uint8Array {
  const { kdh, contentType, content, header } = o;
  readCertificate(kdh.certificate, 'kdh.certificate');
  const fresh = 'nonce' in o.fresh ? o.fresh : { timeMs: wholeSeconds(o.fresh.timeMs) };
  if ('nonce' in fresh) requireNonce(fresh.nonce);
  const attributes = buildAttributes({ contentType, digest: sha256(content), header, ...fresh });
  const signature = sign('sha256', attributes, kdh.privateKey);
  return buildSigned({ signer: kdh.certificate, contentType, content, attributes, signature });
}

export interface CheckedToken {
  readonly content: Uint8Array;
  readonly header: Uint8Array | undefined;
  /** When it was signed, in one pass. */
  readonly timeMs: number | undefined;
}

/** Content of a token that its sender signed freshly. @throws InputError CERTIFICATE_INVALID, NONCE_LENGTH */
export function checkToken(o: {
  token: Uint8Array;
  contentType: string;
  kdhCertificate: Uint8Array;
  trust: Tr34Trust;
  fresh: Tr34Freshness;
}): Result<CheckedToken, Tr34Refusal> {
  const sender = readCertificate(o.kdhCertificate, 'kdhCertificate');
  if ('nonce' in o.fresh) requireNonce(o.fresh.nonce);
  const token = attempt(() => readSigned(o.token));
  if (token?.contentType !== o.contentType) return no('TOKEN_MALFORMED');
  if (!isTrusted(sender, o.trust)) return no('SENDER_UNTRUSTED');
  if (!sameCertificate(token.signer, o.kdhCertificate)) return no('SENDER_OTHER');
  if (!equalConstantTime(sha256(token.content), token.digest)) return no('CONTENT_ALTERED');
  if (!verify('sha256', token.attributes, sender.publicKey, token.signature)) {
    return no('SIGNATURE_WRONG');
  }
  const { content, header, nonce, timeMs } = token;
  if ('nonce' in o.fresh) {
    const right = nonce !== undefined && equalConstantTime(nonce, o.fresh.nonce);
    return right ? ok({ content, header, timeMs: undefined }) : no('NONCE_WRONG');
  }
  const { newerThanMs, windowMs = TR34_TIME_WINDOW_MS } = o.fresh;
  const inTime =
    timeMs !== undefined && timeMs > newerThanMs && Math.abs(o.trust.nowMs - timeMs) <= windowMs;
  return inTime ? ok({ content, header, timeMs }) : no('TIME_WRONG');
}

/**
 * What a parser or a cipher throws at bad input, as undefined: the reasons are told apart by the
 * caller, or by nothing.
 */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function requireNonce(nonce: unknown): void {
  const { min, max } = NONCE_LENGTHS;
  if (isBytes(nonce) && nonce.length >= min && nonce.length <= max) return;
  throw new InputError('NONCE_LENGTH', `nonce must be ${min} to ${max} bytes`);
}

function wholeSeconds(ms: number): number {
  const year = Number.isFinite(ms) ? new Date(ms).getUTCFullYear() : Number.NaN;
  if (year >= 1950 && year < 2050) return 1000 * Math.floor(ms / 1000);
  throw new InputError('TIME_INVALID', 'time must be of a year from 1950 to 2049');
}

function sha256(data: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(data).digest());
}
