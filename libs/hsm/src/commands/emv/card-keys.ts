/**
 * Keys of one card inside a command: from an issuer master key by PAN and sequence number (EMV 4.4
 * Book 2, A1.4), then of one transaction (A1.3). The algorithm of the issuer's key decides the cipher
 * of the card; the tables say which methods go with which use.
 */
import { wipe } from '@pinfold/crypto';
import {
  type EmvCipher,
  iccMasterKey,
  MASTER_KEY_DERIVATIONS,
  type MasterKeyDerivation,
  type SessionKeyMethod,
  sessionDiversifier,
  sessionKey,
} from '@pinfold/emv';
import type { Core } from '../../core.js';
import { bytes, choice, optional } from '../../declare/field.js';
import type { ClearKey } from '../../keys/clear-key.js';
import { readySlot } from '../../keys/key-store.js';
import type { UsageName } from '../../keys/usages.js';
import { done, type Outcome, refusal } from '../../outcome.js';
import { pan, psn } from '../fields.js';

const slotFor = (usages: readonly UsageName[]) => ({ types: ['P'], usages }) as const;
export const AC_KEY = slotFor(['IMKAC']);
export const INTEGRITY_KEY = slotFor(['IMKSMI']);
export const CONFIDENTIALITY_KEY = slotFor(['IMKSMC']);
export const CAP_KEY = slotFor(['IMKCAP']);

const SLOTS = new Map(
  [AC_KEY, INTEGRITY_KEY, CONFIDENTIALITY_KEY, CAP_KEY].map((slot) => [
    slot,
    readySlot({ ...slot, part: 'key' }),
  ]),
);

/** The card and its transaction. */
export const cardMembers = {
  pan: pan(),
  psn: optional(psn()),
  derivation: optional(
    choice(
      'master key derivation; where nothing is said A, and C of AES keys',
      MASTER_KEY_DERIVATIONS,
    ),
  ),
  atc: bytes('application transaction counter', { length: 2 }),
};
export interface Card {
  readonly pan: string;
  readonly psn?: string;
  readonly derivation?: MasterKeyDerivation;
  readonly atc: Uint8Array;
}

/** How the key of a cryptogram comes from the card's key. */
export const CRYPTOGRAM_SESSIONS = ['none', 'common', 'mastercard', 'emv2000'] as const;
/** How keys of secure messaging come from the card's keys. */
export const SCRIPT_SESSIONS = ['common', 'visa', 'emv2000'] as const;

export type CryptogramSession = (typeof CRYPTOGRAM_SESSIONS)[number];
export type ScriptSession = (typeof SCRIPT_SESSIONS)[number];

const tree = (atc: Uint8Array): SessionKeyMethod => ({
  method: 'emv2000-tree',
  atc,
  height: 8,
  branch: 4,
  iv: new Uint8Array(16),
});

/** The key of one card, and what it is a key of; the user wipes it. */
export interface CardKey {
  readonly bytes: Uint8Array;
  readonly cipher: EmvCipher;
}

/** The method, or undefined where Mastercard's needs the unpredictable number and has none. */
export function cryptogramMethod(
  session: CryptogramSession,
  { atc, un, cipher }: { atc: Uint8Array; un?: Uint8Array; cipher?: EmvCipher },
): SessionKeyMethod | undefined {
  switch (session) {
    case 'none':
      return { method: 'none' };
    case 'common':
      return { method: 'common', diversifier: sessionDiversifier(atc, cipher) };
    case 'mastercard':
      return un === undefined ? undefined : { method: 'mastercard', atc, un };
    case 'emv2000':
      return tree(atc);
  }
}

/** Secure messaging: the cryptogram of the transaction, or its counter, makes the key. */
export function scriptMethod(
  session: ScriptSession,
  { atc, cryptogram }: { atc: Uint8Array; cryptogram: Uint8Array },
  cipher?: EmvCipher,
): SessionKeyMethod {
  switch (session) {
    case 'common':
      return { method: 'common', diversifier: sessionDiversifier(cryptogram, cipher) };
    case 'visa':
      return { method: 'visa-sm', atc };
    case 'emv2000':
      return tree(atc);
  }
}

/**
 * The card's master key; the caller wipes it. Refuses TOKEN_INVALID (not a key for this, whatever is
 * wrong) and INPUT_INVALID (a derivation of the other cipher).
 */
export function cardKey(
  core: Core,
  slot: ReturnType<typeof slotFor>,
  { token, card }: { token: string; card: Omit<Card, 'atc'> },
): Outcome<CardKey> {
  const held = core.keys.open(token, SLOTS.get(slot)!);
  const cipher = held?.aes === undefined ? 'tdes' : 'aes';
  if (held === undefined || (cipher === 'tdes' && !isDoubleLength(held))) {
    return refusal('TOKEN_INVALID');
  }
  const { pan: account, psn: sequence = '00', derivation } = card;
  const option = derivation ?? (cipher === 'aes' ? 'C' : 'A');
  if ((option === 'C') !== (cipher === 'aes')) return refusal('INPUT_INVALID');
  const imk = held.exposeBytes();
  return done({ bytes: iccMasterKey({ imk, pan: account, psn: sequence, option }), cipher });
}

function isDoubleLength(key: ClearKey): boolean {
  return key.des !== undefined && key.header.lengthBytes === 16;
}

/** Uses a key of one transaction, and wipes it and the card's key after. */
export function withSession<T>(
  master: CardKey,
  method: SessionKeyMethod,
  use: (session: Uint8Array) => T,
): T {
  try {
    const session = sessionKey(master.bytes, method, master.cipher);
    try {
      return use(session);
    } finally {
      wipe(session);
    }
  } finally {
    wipe(master.bytes);
  }
}
