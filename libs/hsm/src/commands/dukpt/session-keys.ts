/**
 * Session keys of a DUKPT transaction, made at the host from the base derivation key and the KSN:
 * ANSI X9.24-1 under a triple-DES BDK (KSN of 10 bytes), X9.24-3 under an AES one (12 bytes).
 *
 * Directions are fixed by the command: a host verifies and deciphers requests, and makes MACs and
 * cryptograms for responses. With separate keys a host can thus not be made to forge a request.
 */
import { wipe } from '@pinfold/crypto';
import {
  AES_DUKPT_KEY_TYPES,
  type AesDukptKeyType,
  type AesDukptUsage,
  aesTransactionKey,
  aesWorkingKey,
  type TdesDukptUse,
  tdesSessionKey,
  tdesTransactionKey,
} from '@pinfold/pin';
import type { Core } from '../../core.js';
import { bytes, choice, optional, token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import type { Algorithm } from '../../keys/usages.js';
import { done, type Outcome, refusal } from '../../outcome.js';

export const BASE_KEY = { types: ['P'], usages: ['BDK'] } as const;
const SLOT = readySlot({ ...BASE_KEY, part: 'key' });

export const TDES_KSN_BYTES = 10;
export const AES_KSN_BYTES = 12;
const KEY_TYPES = Object.keys(AES_DUKPT_KEY_TYPES) as AesDukptKeyType[];
const DEFAULT_KEY_TYPE = 'aes128';

/** Members of every command under DUKPT. */
export const dukptMembers = {
  bdk: token('BDK', BASE_KEY),
  ksn: bytes('key serial number: 10 bytes under triple DES, 12 under AES', {
    min: TDES_KSN_BYTES,
    max: AES_KSN_BYTES,
    step: 2,
  }),
  keyType: optional(choice('what an AES BDK derives; aes128 where nothing is said', KEY_TYPES)),
};
export const sharing = () =>
  optional(
    choice('whether requests and responses have keys of their own, or one', ['separate', 'both']),
  );

/** What a session key is for, in both standards' words. `both`: one key for both directions. */
const USES = {
  pin: { tdes: 'pin', aes: 'pin' },
  'mac-request': { tdes: 'macRequest', aes: 'macGenerate' },
  'mac-response': { tdes: 'macResponse', aes: 'macVerify' },
  'mac-both': { tdes: 'macRequest', aes: 'macBoth' },
  'data-request': { tdes: 'dataRequest', aes: 'dataEncrypt' },
  'data-response': { tdes: 'dataResponse', aes: 'dataDecrypt' },
  'data-both': { tdes: 'dataRequest', aes: 'dataBoth' },
} as const satisfies Record<string, { tdes: TdesDukptUse; aes: AesDukptUsage }>;
export type DukptUse = keyof typeof USES;

export interface DukptAsked {
  readonly bdk: string;
  readonly ksn: Uint8Array;
  readonly keyType?: AesDukptKeyType;
}

/** A session key in a command's hands: it wipes the bytes. */
export interface SessionKey {
  readonly bytes: Uint8Array;
  readonly algorithm: Algorithm;
}

/** Errors of `sessionKeyOf`, in order. */
export const DUKPT_ERRORS = ['TOKEN_INVALID', 'KSN_INVALID', 'KEY_TYPE_REFUSED'] as const;

/**
 * The session key, or TOKEN_INVALID (not a BDK), KSN_INVALID (length of the other standard, or a
 * counter that no terminal sends), KEY_TYPE_REFUSED (a type under a triple-DES BDK), or rule
 * M13.strong-wrap (a derived key stronger than its BDK).
 */
export function sessionKeyOf(core: Core, asked: DukptAsked, use: DukptUse): Outcome<SessionKey> {
  const held = core.keys.open(asked.bdk, SLOT);
  if (held === undefined || held.header.algorithm === 'D') return refusal('TOKEN_INVALID');
  const { ksn, keyType } = asked;
  const bdk = held.exposeBytes();
  if (held.aes === undefined) {
    if (bdk.length !== 16) return refusal('TOKEN_INVALID');
    if (ksn.length !== TDES_KSN_BYTES) return refusal('KSN_INVALID');
    if (keyType !== undefined) return refusal('KEY_TYPE_REFUSED');
    const transaction = tdesTransactionKey({ bdk, ksn });
    if (!transaction.ok) return refusal('KSN_INVALID');
    const key = tdesSessionKey(transaction.value, USES[use].tdes);
    wipe(transaction.value);
    return done({ bytes: key, algorithm: 'T' });
  }
  if (ksn.length !== AES_KSN_BYTES) return refusal('KSN_INVALID');
  const wanted = keyType ?? DEFAULT_KEY_TYPE;
  const algorithm = algorithmOf(wanted);
  const derived = { ...held.header, algorithm, lengthBytes: AES_DUKPT_KEY_TYPES[wanted].bytes };
  const weak = core.policy.judge('M13.strong-wrap', { wrapping: held.header, wrapped: derived });
  if (weak !== undefined) return weak;
  const transaction = aesTransactionKey({ bdk, ksn });
  if (!transaction.ok) return refusal('KSN_INVALID');
  const { value: derivationKey } = transaction;
  const key = aesWorkingKey({ derivationKey, ksn, usage: USES[use].aes, keyType: wanted });
  wipe(derivationKey);
  return done({ bytes: key, algorithm });
}

function algorithmOf(keyType: AesDukptKeyType): Algorithm {
  if (keyType.startsWith('aes')) return 'A';
  return keyType.startsWith('hmac') ? 'H' : 'T';
}

/**
 * The PIN key of a transaction as a token for the length of a command, so that PIN commands have
 * one logic whatever the key of the PIN block is. The host never sees it.
 */
export function pinKeyToken(core: Core, asked: DukptAsked): Outcome<string> {
  const key = sessionKeyOf(core, asked, 'pin');
  if (!key.ok) return key;
  const { bytes: clear, algorithm } = key.value;
  if (algorithm === 'H') return refusal('KEY_TYPE_REFUSED');
  const { token: sealed } = core.keys.seal(clear, algorithm, { usage: 'TPK' });
  wipe(clear);
  return done(sealed);
}
