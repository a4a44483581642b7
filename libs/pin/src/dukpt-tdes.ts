/**
 * TDES DUKPT, ANSI X9.24-1:2009 annex A: initial key, transaction key, session keys, terminal.
 *
 *   KSN, 10 bytes: key set and device identifiers (59 bits), transaction counter (21 bits)
 *
 * A terminal sends counters with one to ten ones: 1,048,575 of them, then it must be given a new
 * key.
 */
import {
  DesKey,
  desEncryptBlock,
  encryptEcb,
  InputError,
  isBytes,
  ok,
  type Result,
  refused,
  wipe,
} from '@pinfold/crypto';
import {
  DukptRegister,
  type DukptScheme,
  isUsableCounter,
  keyOfCounter,
} from './dukpt-register.js';
import { wordAt } from './words.js';

const COUNTER_BITS = 21;
const COUNTER_MASK = 0x1fffff;
const KEY_MASK = Uint8Array.of(
  0xc0,
  0xc0,
  0xc0,
  0xc0,
  0,
  0,
  0,
  0,
  0xc0,
  0xc0,
  0xc0,
  0xc0,
  0,
  0,
  0,
  0,
);

/** Transactions in the life of an initial key. */
export const TDES_DUKPT_TRANSACTIONS = 1_048_575;

/**
 * Session keys: where in each half the byte FF is XORed in, and whether the result enciphers
 * itself. X9.24-1 table A-1.
 */
export const TDES_DUKPT_USES = {
  pin: { variantByte: 7, selfEnciphered: false },
  macRequest: { variantByte: 6, selfEnciphered: false },
  macResponse: { variantByte: 4, selfEnciphered: false },
  dataRequest: { variantByte: 5, selfEnciphered: true },
  dataResponse: { variantByte: 3, selfEnciphered: true },
} as const;

export type TdesDukptUse = keyof typeof TDES_DUKPT_USES;

/** The initial key (IPEK) of the device that a KSN names, 16 bytes. */
export function tdesInitialKey({ bdk, ksn }: { bdk: Uint8Array; ksn: Uint8Array }): Uint8Array {
  requireKey(bdk, 'bdk');
  requireKsn(ksn);
  const register = withCounter(ksn, 0).subarray(0, 8);
  const masked = bdk.map((byte, i) => byte ^ KEY_MASK[i]!);
  const left = DesKey.of(bdk);
  const right = DesKey.of(masked);
  const ik = new Uint8Array(16);
  ik.set(encryptEcb(left, register));
  ik.set(encryptEcb(right, register), 8);
  left.wipe();
  right.wipe();
  wipe(masked);
  return ik;
}

/**
 * The transaction key of a KSN, before any variant. Exactly one of `bdk` and `ik` is given. A
 * counter that is zero or has more than ten ones is refused: no terminal sends it.
 */
export function tdesTransactionKey(o: {
  bdk?: Uint8Array;
  ik?: Uint8Array;
  ksn: Uint8Array;
}): Result<Uint8Array, 'KSN_INVALID'> {
  requireKsn(o.ksn);
  if ((o.bdk === undefined) === (o.ik === undefined)) {
    throw new InputError('KEY_CHOICE', 'exactly one of bdk and ik must be given');
  }
  const scheme = tdesScheme(o.ksn);
  const counter = tdesCounter(o.ksn);
  if (!isUsableCounter(scheme, counter)) return refused('KSN_INVALID');
  if (o.ik !== undefined) {
    requireKey(o.ik, 'ik');
    return ok(keyOfCounter(scheme, o.ik, counter));
  }
  const ik = tdesInitialKey({ bdk: o.bdk!, ksn: o.ksn });
  const key = keyOfCounter(scheme, ik, counter);
  wipe(ik);
  return ok(key);
}

/** A session key of a transaction key, 16 bytes. */
export function tdesSessionKey(transactionKey: Uint8Array, use: TdesDukptUse): Uint8Array {
  requireKey(transactionKey, 'transactionKey');
  if (!Object.hasOwn(TDES_DUKPT_USES, use)) {
    throw new InputError('USE_UNKNOWN', 'use must be one of TDES_DUKPT_USES');
  }
  const { variantByte, selfEnciphered } = TDES_DUKPT_USES[use];
  const variant = Uint8Array.from(transactionKey);
  variant[variantByte]! ^= 0xff;
  variant[variantByte + 8]! ^= 0xff;
  if (!selfEnciphered) return variant;
  const key = DesKey.of(variant);
  const out = encryptEcb(key, variant);
  key.wipe();
  wipe(variant);
  return out;
}

/** The transaction counter of a KSN: its last 21 bits. */
export function tdesCounter(ksn: Uint8Array): number {
  requireKsn(ksn);
  return wordAt(ksn, 6) & COUNTER_MASK;
}

/** A terminal: counts, gives each transaction its KSN and key, refuses when spent. */
export class TdesDukptTerminal {
  readonly #ksn: Uint8Array;
  readonly #register: DukptRegister;

  /** From the initial key and the KSN it was loaded with; a KSN with a counter starts there. */
  constructor({ ik, ksn }: { ik: Uint8Array; ksn: Uint8Array }) {
    requireKey(ik, 'ik');
    const counter = tdesCounter(ksn) || 1;
    this.#ksn = Uint8Array.from(ksn);
    this.#register = new DukptRegister(tdesScheme(ksn), ik, counter);
  }

  /** The next transaction: KSN (10 bytes) and transaction key (16 bytes). */
  next(): Result<{ ksn: Uint8Array; key: Uint8Array }, 'DUKPT_SPENT'> {
    const step = this.#register.next();
    if (!step.ok) return step;
    return ok({ ksn: withCounter(this.#ksn, step.value.counter), key: step.value.key });
  }

  /** Erases the keys. */
  wipe(): void {
    this.#register.wipe();
  }
}

/**
 * Non-reversible key generation, X9.24-1 A.3: two DES passes, each masked by the right half of the
 * key.
 */
function tdesScheme(ksn: Uint8Array): DukptScheme {
  const fixedLo = wordAt(ksn, 6) & ~COUNTER_MASK;
  const hi = wordAt(ksn, 2);
  return {
    counterBits: COUNTER_BITS,
    maxOnes: 10,
    derive(key, counter) {
      const next = new Uint8Array(16);
      const masked = key.map((byte, i) => byte ^ KEY_MASK[i]!);
      halfKey(masked, hi, fixedLo | counter, next, 0);
      halfKey(key, hi, fixedLo | counter, next, 8);
      wipe(masked);
      return next;
    },
  };
}

/** right half XOR E(left half, register XOR right half), to `out` at `at`. */
function halfKey(key: Uint8Array, hi: number, lo: number, out: Uint8Array, at: number): void {
  const left = DesKey.of(key.subarray(0, 8));
  const rightHi = wordAt(key, 8);
  const rightLo = wordAt(key, 12);
  const words = new Int32Array(2);
  desEncryptBlock(left, hi ^ rightHi, lo ^ rightLo, words);
  const view = new DataView(out.buffer);
  view.setInt32(at, words[0]! ^ rightHi);
  view.setInt32(at + 4, words[1]! ^ rightLo);
  left.wipe();
  wipe(words);
}

/** The KSN with another counter. */
function withCounter(ksn: Uint8Array, counter: number): Uint8Array {
  const out = Uint8Array.from(ksn);
  new DataView(out.buffer).setInt32(6, (wordAt(ksn, 6) & ~COUNTER_MASK) | counter);
  return out;
}

function requireKey(key: unknown, name: string): asserts key is Uint8Array {
  if (isBytes(key) && key.length === 16) return;
  throw new InputError('KEY_LENGTH', `${name} must be 16 bytes`);
}

function requireKsn(ksn: unknown): asserts ksn is Uint8Array {
  if (isBytes(ksn) && ksn.length === 10) return;
  throw new InputError('KSN_LENGTH', 'ksn must be 10 bytes');
}
