/**
 * AES DUKPT, ANSI X9.24-3:2017: initial key, derivation key of a transaction, working keys,
 * terminal.
 *
 *   KSN, 12 bytes: initial key id (8: BDK id, derivation id), transaction counter (4)
 *   derivation input, 16 bytes:
 *     01 | block counter | use (2) | algorithm (2) | length in bits (2) | key id (8)
 *   key id: the initial key id for the initial key, else the derivation id and the counter
 *
 * A terminal sends counters with one to sixteen ones.
 */
import {
  AesKey,
  aesEncryptBlock,
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

/** What a derived key is for. X9.24-3 table 2. */
export const AES_DUKPT_USAGES = {
  keyEncryption: 0x0002,
  pin: 0x1000,
  macGenerate: 0x2000,
  macVerify: 0x2001,
  macBoth: 0x2002,
  dataEncrypt: 0x3000,
  dataDecrypt: 0x3001,
  dataBoth: 0x3002,
  keyDerivation: 0x8000,
  initialKey: 0x8001,
} as const;

export type AesDukptUsage = keyof typeof AES_DUKPT_USAGES;

/**
 * What a derived key is: algorithm code, bytes, and its strength in bits (SP 800-57). X9.24-3 table
 * 3.
 */
export const AES_DUKPT_KEY_TYPES = {
  tdes2: { algorithm: 0, bytes: 16, strengthBits: 80 },
  tdes3: { algorithm: 1, bytes: 24, strengthBits: 112 },
  aes128: { algorithm: 2, bytes: 16, strengthBits: 128 },
  aes192: { algorithm: 3, bytes: 24, strengthBits: 192 },
  aes256: { algorithm: 4, bytes: 32, strengthBits: 256 },
  hmac128: { algorithm: 5, bytes: 16, strengthBits: 128 },
  hmac192: { algorithm: 5, bytes: 24, strengthBits: 192 },
  hmac256: { algorithm: 5, bytes: 32, strengthBits: 256 },
} as const;

export type AesDukptKeyType = keyof typeof AES_DUKPT_KEY_TYPES;

/** Key type of a base derivation key, by its bytes. */
const DERIVATION_TYPE = { 16: 'aes128', 24: 'aes192', 32: 'aes256' } as const;

/**
 * X9.24-3 6.1: a derived key is not to be stronger than what it comes from. For whoever sets
 * policy; derivation itself does not ask.
 */
export function isStrengthKept({
  bdkBytes,
  keyType,
}: {
  bdkBytes: number;
  keyType: AesDukptKeyType;
}): boolean {
  return AES_DUKPT_KEY_TYPES[keyType].strengthBits <= bdkBytes * 8;
}

/** The initial key of the device `ikid` (8 bytes); as long as the BDK (16, 24 or 32 bytes). */
export function aesInitialKey({ bdk, ikid }: { bdk: Uint8Array; ikid: Uint8Array }): Uint8Array {
  const keyType = requireKey(bdk, 'bdk');
  requireIkid(ikid);
  return derive(bdk, { usage: 'initialKey', keyType, keyId: ikid });
}

/**
 * The derivation key of a transaction, from which its working keys come. Exactly one of `bdk` and
 * `ik` is given. A counter that is zero or has more than sixteen ones is refused: no terminal sends
 * it.
 */
export function aesTransactionKey(o: {
  bdk?: Uint8Array;
  ik?: Uint8Array;
  ksn: Uint8Array;
}): Result<Uint8Array, 'KSN_INVALID'> {
  requireKsn(o.ksn);
  if ((o.bdk === undefined) === (o.ik === undefined)) {
    throw new InputError('KEY_CHOICE', 'exactly one of bdk and ik must be given');
  }
  const counter = aesCounter(o.ksn);
  const ikid = o.ksn.subarray(0, 8);
  const ik = o.ik ?? aesInitialKey({ bdk: o.bdk!, ikid });
  const scheme = aesScheme(ik, ikid);
  const usable = isUsableCounter(scheme, counter);
  const key = usable ? keyOfCounter(scheme, ik, counter) : undefined;
  if (ik !== o.ik) wipe(ik);
  return key === undefined ? refused('KSN_INVALID') : ok(key);
}

/** A working key of a transaction: of `keyType`, for `usage`. */
export function aesWorkingKey(o: {
  derivationKey: Uint8Array;
  ksn: Uint8Array;
  usage: AesDukptUsage;
  keyType: AesDukptKeyType;
}): Uint8Array {
  requireKey(o.derivationKey, 'derivationKey');
  requireKsn(o.ksn);
  if (!Object.hasOwn(AES_DUKPT_USAGES, o.usage)) {
    throw new InputError('USE_UNKNOWN', 'usage must be one of AES_DUKPT_USAGES');
  }
  if (!Object.hasOwn(AES_DUKPT_KEY_TYPES, o.keyType)) {
    throw new InputError('KEY_TYPE_UNKNOWN', 'keyType must be one of AES_DUKPT_KEY_TYPES');
  }
  return derive(o.derivationKey, {
    usage: o.usage,
    keyType: o.keyType,
    keyId: o.ksn.subarray(4, 12),
  });
}

/** The transaction counter of a KSN: its last four bytes, unsigned. */
export function aesCounter(ksn: Uint8Array): number {
  requireKsn(ksn);
  return wordAt(ksn, 8) >>> 0;
}

/** A terminal: counts, gives each transaction its KSN and derivation key, refuses when spent. */
export class AesDukptTerminal {
  readonly #ikid: Uint8Array;
  readonly #register: DukptRegister;

  /** From the initial key and its id; `counter` is that of the next transaction (default 1). */
  constructor({ ik, ikid, counter = 1 }: { ik: Uint8Array; ikid: Uint8Array; counter?: number }) {
    requireIkid(ikid);
    this.#ikid = Uint8Array.from(ikid);
    this.#register = new DukptRegister(aesScheme(ik, this.#ikid), ik, counter);
  }

  /** The next transaction: KSN (12 bytes) and derivation key. */
  next(): Result<{ ksn: Uint8Array; derivationKey: Uint8Array }, 'DUKPT_SPENT'> {
    const step = this.#register.next();
    if (!step.ok) return step;
    return ok({
      ksn: aesKsn({ ikid: this.#ikid, counter: step.value.counter }),
      derivationKey: step.value.key,
    });
  }

  /** Erases the keys. */
  wipe(): void {
    this.#register.wipe();
  }
}

/** A KSN from initial key id (8 bytes) and counter. */
export function aesKsn({ ikid, counter }: { ikid: Uint8Array; counter: number }): Uint8Array {
  requireIkid(ikid);
  if (!Number.isInteger(counter) || counter < 0 || counter > 0xffffffff) {
    throw new InputError('COUNTER_INVALID', 'counter must be an integer of 32 bits');
  }
  const ksn = new Uint8Array(12);
  ksn.set(ikid);
  new DataView(ksn.buffer).setUint32(8, counter);
  return ksn;
}

function aesScheme(initialKey: Uint8Array, ikid: Uint8Array): DukptScheme {
  const keyType = requireKey(initialKey, 'ik');
  return {
    counterBits: 32,
    maxOnes: 16,
    derive: (key, counter) =>
      derive(key, {
        usage: 'keyDerivation',
        keyType,
        keyId: aesKsn({ ikid, counter }).subarray(4),
      }),
  };
}

function derive(
  key: Uint8Array,
  o: { usage: AesDukptUsage; keyType: AesDukptKeyType; keyId: Uint8Array },
): Uint8Array {
  const { algorithm, bytes } = AES_DUKPT_KEY_TYPES[o.keyType];
  const usage = AES_DUKPT_USAGES[o.usage];
  const input = new Uint8Array(16);
  input.set([1, 0, usage >> 8, usage & 255, 0, algorithm, (bytes * 8) >> 8, (bytes * 8) & 255]);
  input.set(o.keyId, 8);
  const schedule = AesKey.of(key);
  const out = new Uint8Array(32);
  for (let at = 0; at < bytes; at += 16) {
    input[1] = at / 16 + 1;
    out.set(aesEncryptBlock(schedule, input), at);
  }
  schedule.wipe();
  const derived = out.slice(0, bytes);
  wipe(out);
  return derived;
}

function requireKey(key: unknown, name: string): 'aes128' | 'aes192' | 'aes256' {
  if (isBytes(key) && Object.hasOwn(DERIVATION_TYPE, key.length)) {
    return DERIVATION_TYPE[key.length as 16 | 24 | 32];
  }
  throw new InputError('KEY_LENGTH', `${name} must be 16, 24 or 32 bytes`);
}

function requireIkid(ikid: unknown): asserts ikid is Uint8Array {
  if (isBytes(ikid) && ikid.length === 8) return;
  throw new InputError('IKID_LENGTH', 'ikid must be 8 bytes');
}

function requireKsn(ksn: unknown): asserts ksn is Uint8Array {
  if (isBytes(ksn) && ksn.length === 12) return;
  throw new InputError('KSN_LENGTH', 'ksn must be 12 bytes');
}
