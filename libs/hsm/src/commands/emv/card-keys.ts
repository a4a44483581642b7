/**
 * Keys of one card inside a command: from an issuer master key by PAN and sequence number (EMV 4.3
 * Book 2, A1.4), then of one transaction (A1.3). The tables say which methods go with which use.
 */
import { concatBytes, wipe } from '@pinfold/crypto';
import { iccMasterKey, type SessionKeyMethod, sessionKey } from '@pinfold/emv';
import type { Core } from '../../core.js';
import { bytes, choice, optional } from '../../declare/field.js';
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
  derivation: optional(choice('master key derivation; A where nothing is said', ['A', 'B'])),
  atc: bytes('application transaction counter', { length: 2 }),
};
export interface Card {
  readonly pan: string;
  readonly psn?: string;
  readonly derivation?: 'A' | 'B';
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

/** The method, or undefined where Mastercard's needs the unpredictable number and has none. */
export function cryptogramMethod(
  session: CryptogramSession,
  { atc, un }: { atc: Uint8Array; un?: Uint8Array },
): SessionKeyMethod | undefined {
  switch (session) {
    case 'none':
      return { method: 'none' };
    case 'common':
      return { method: 'common', diversifier: concatBytes(atc, new Uint8Array(6)) };
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
): SessionKeyMethod {
  switch (session) {
    case 'common':
      return { method: 'common', diversifier: cryptogram };
    case 'visa':
      return { method: 'visa-sm', atc };
    case 'emv2000':
      return tree(atc);
  }
}

/** The card's master key; the caller wipes it. Refuses TOKEN_INVALID, whatever is wrong. */
export function cardKey(
  core: Core,
  slot: ReturnType<typeof slotFor>,
  { token, card }: { token: string; card: Omit<Card, 'atc'> },
): Outcome<Uint8Array> {
  const held = core.keys.open(token, SLOTS.get(slot)!);
  // Option C, for AES keys, is not here: triple DES of double length alone.
  if (held?.des === undefined || held.header.lengthBytes !== 16) return refusal('TOKEN_INVALID');
  const { pan: account, psn: sequence = '00', derivation: option } = card;
  return done(iccMasterKey({ imk: held.exposeBytes(), pan: account, psn: sequence, option }));
}

/** Uses a key of one transaction, and wipes it and the card's key after. */
export function withSession<T>(
  master: Uint8Array,
  method: SessionKeyMethod,
  use: (session: Uint8Array) => T,
): T {
  const session = sessionKey(master, method);
  try {
    return use(session);
  } finally {
    wipe(session);
    wipe(master);
  }
}
