/**
 * The verification record of a card: what an issuer keeps to verify its PIN, made by the device and
 * given back to it. Rule M2: its MAC covers everything that decides about a PIN (account, method,
 * PVKI, length, offset or PVV, table) and the check value of the key that it is for.
 *
 *   version "." method "." PVKI "." length "." value "." table [ "." MAC ]
 *
 *   version   2 with a MAC (16 hexadecimal characters) and a value that nobody reads (`sealed-value.ts`,
 *             rule M2.sealed-value), 1 with a MAC, 0 without (legacy)
 *   method    V Visa PVV, I IBM 3624
 *   PVKI      one digit; "-" for IBM 3624
 *   length    PIN length (4 to 12), two digits
 *   value     PVV (4 digits) or offset (as long as the PIN); in version 2 enciphered
 *   table     id of the registered decimalisation table; "-" for Visa PVV
 *
 * The account number is under the MAC but not in the text: a database row shows no PAN.
 */
import { AesKey, cmac, equalConstantTime, type RandomBytes, toHex, wipe } from '@pinfold/crypto';
import { leftJustified } from '@pinfold/pin';
import type { ClearKey } from '../keys/clear-key.js';
import { CacheEntry, ClockCache } from '../keys/clock-cache.js';
import type { MasterKeySet } from '../keys/master-keys.js';
import type { Policy } from '../policy/policy.js';
import { deriveKey } from '../tokens/siv.js';
import { accountOf } from './account.js';
import { SEALED_VALUE_TEXT, ValueSeal } from './sealed-value.js';

export const METHODS = ['visa-pvv', 'ibm3624'] as const;
export type Method = (typeof METHODS)[number];

export interface RecordFacts {
  readonly method: Method;
  /** 0 to 9; 0 for IBM 3624. */
  readonly pvki: number;
  readonly pinLength: number;
  /** PVV or offset. */
  readonly value: string;
  /** Empty for Visa PVV. */
  readonly tableId: string;
}

/** Facts as words, ready for the hot path: the value, and what of the record's account is needed. */
export interface OpenRecord extends RecordFacts {
  readonly valueHi: number;
  readonly valueLo: number;
  /** Account field of PIN block formats 0 and 3. */
  readonly accountHi: number;
  readonly accountLo: number;
  /** Nobody but the device reads the value. */
  readonly sealed: boolean;
  /** What is enciphered under the PVK; Visa PVV adds four PIN digits to the low word. */
  readonly parameterHi: number;
  readonly parameterLo: number;
  /** Bits of the low word that are the first four PIN digits: 16 for Visa PVV, else none. */
  readonly pinMask: number;
}

const SHAPE =
  /^([012])\.([VI])\.([0-9-])\.(\d\d)\.(\d{4,12}|[0-9A-F]{28})\.([A-Z0-9]{1,8}|-)(?:\.([0-9A-F]{16}))?$/;
const MAC_BYTES = 8;
const PVV_DIGITS = 4;
export const RECORD_TEXT_MAX = 64;
export const DEFAULT_CACHED_RECORDS = 16_384;

/** A record that was verified for that account and key. */
class Verified extends CacheEntry {
  /** The key object that was found right last. */
  #key: ClearKey | undefined;

  constructor(
    readonly text: string,
    readonly record: OpenRecord,
    readonly pan: string,
    readonly keyCheckValue: string,
  ) {
    super();
  }

  isFor(pan: string, pvk: ClearKey): boolean {
    if (this.pan !== pan) return false;
    if (this.#key === pvk) return true;
    if (this.keyCheckValue !== pvk.header.checkValue) return false;
    this.#key = pvk;
    return true;
  }
}

export class VerificationRecords {
  readonly #policy: Policy;
  readonly #cache: ClockCache<Verified>;
  /** The record opened last. */
  #last: Verified | undefined;
  readonly #random: RandomBytes;
  #keys: RecordKeys | undefined;
  #old: RecordKeys | undefined;

  constructor(
    policy: Policy,
    masterKeys: MasterKeySet,
    { random, cached = DEFAULT_CACHED_RECORDS }: { random: RandomBytes; cached?: number },
  ) {
    this.#policy = policy;
    this.#random = random;
    this.#cache = new ClockCache(cached, () => undefined);
    this.#keys = keysOf(masterKeys);
  }

  seal(facts: RecordFacts, pan: string, pvk: ClearKey): string {
    const keys = this.#keys;
    if (keys === undefined) return bodyOf(facts, '0');
    const sealed = this.#policy.on['M2.sealed-value'];
    const value = sealed ? keys.value.seal(facts.value, pan, this.#random) : facts.value;
    const body = bodyOf({ ...facts, value }, sealed ? '2' : '1');
    return `${body}.${toHex(macOf(keys.mac, { body, pan, key: pvk.header.checkValue }))}`;
  }

  /** The record, or undefined: malformed, altered, or of another account or key. */
  open(text: string, pan: string, pvk: ClearKey): OpenRecord | undefined {
    const last = this.#last;
    const cached = last !== undefined && last.text === text ? last : this.#cache.get(text);
    if (cached?.isFor(pan, pvk) === true) {
      this.#last = cached;
      return cached.record;
    }
    const { checkValue } = pvk.header;
    const record = this.#verify(this.#keys, text, { pan, key: checkValue });
    if (record !== undefined) this.#cache.set(text, new Verified(text, record, pan, checkValue));
    return record;
  }

  /** A record of the old master keys under the new ones; undefined where it is not the old ones'. */
  renew(text: string, pan: string, pvk: ClearKey): string | undefined {
    const record = this.#verify(this.#old, text, { pan, key: pvk.header.checkValue });
    return record === undefined ? undefined : this.seal(record, pan, pvk);
  }

  change(masterKeys: MasterKeySet): void {
    this.eraseOld();
    this.#old = this.#keys;
    this.#keys = keysOf(masterKeys);
    this.#forget();
  }

  eraseOld(): void {
    wipeKeys(this.#old);
    this.#old = undefined;
  }

  wipe(): void {
    wipeKeys(this.#keys);
    this.eraseOld();
    this.#forget();
  }

  #forget(): void {
    this.#cache.clear();
    this.#last = undefined;
  }

  #verify(
    keys: RecordKeys | undefined,
    text: string,
    { pan, key }: { pan: string; key: string },
  ): OpenRecord | undefined {
    const match = SHAPE.exec(text);
    if (match === null) return undefined;
    if (this.#policy.on['M2.authenticated-record']) {
      if (match[1] === '0' || match[7] === undefined || keys === undefined) return undefined;
      const body = text.slice(0, -1 - 2 * MAC_BYTES);
      const expected = macOf(keys.mac, { body, pan, key });
      if (!equalConstantTime(expected, Buffer.from(match[7], 'hex'))) return undefined;
    }
    const isSealed = match[1] === '2';
    if (isSealed !== (match[5]!.length === SEALED_VALUE_TEXT)) return undefined;
    if (!isSealed) return recordOf(match, pan, match[5]!);
    const value = keys?.value.open(
      match[5]!,
      pan,
      match[2] === 'V' ? PVV_DIGITS : Number(match[4]),
    );
    return value === undefined ? undefined : recordOf(match, pan, value);
  }
}

interface RecordKeys {
  readonly mac: AesKey;
  readonly value: ValueSeal;
}

/** None in legacy mode. */
function keysOf(masterKeys: MasterKeySet): RecordKeys | undefined {
  if (masterKeys.mode === 'legacy') return undefined;
  return { mac: macKeyOf(masterKeys), value: new ValueSeal(masterKeys) };
}

function wipeKeys(keys: RecordKeys | undefined): void {
  keys?.mac.wipe();
  keys?.value.wipe();
}

function macKeyOf(masterKeys: MasterKeySet): AesKey {
  const master = AesKey.of(masterKeys.exposeKey('PMK'));
  const bytes = deriveKey(master, 'pinfold verification record');
  const key = AesKey.of(bytes);
  wipe(bytes);
  master.wipe();
  return key;
}

function macOf(mac: AesKey, { body, pan, key }: { body: string; pan: string; key: string }) {
  return cmac(mac, Uint8Array.from(Buffer.from(`${body}|${pan}|${key}`))).slice(0, MAC_BYTES);
}

function bodyOf(facts: RecordFacts, version: '0' | '1' | '2'): string {
  const visa = facts.method === 'visa-pvv';
  const length = String(facts.pinLength).padStart(2, '0');
  const pvki = visa ? facts.pvki : '-';
  const table = visa ? '-' : facts.tableId;
  return `${version}.${visa ? 'V' : 'I'}.${pvki}.${length}.${facts.value}.${table}`;
}

function recordOf(match: RegExpExecArray, pan: string, value: string): OpenRecord | undefined {
  const visa = match[2] === 'V';
  const pinLength = Number(match[4]);
  const right = visa ? value.length === PVV_DIGITS && match[3] !== '-' : value.length === pinLength;
  if (!right || pinLength < 4 || pinLength > 12) return undefined;
  const [valueHi, valueLo] = leftJustified(value);
  const pvki = visa ? Number(match[3]) : 0;
  const account = accountOf(pan);
  return {
    method: visa ? 'visa-pvv' : 'ibm3624',
    pvki,
    pinLength,
    value,
    tableId: visa ? '' : match[6]!,
    sealed: match[1] === '2',
    valueHi,
    valueLo,
    accountHi: account.fieldHi,
    accountLo: account.fieldLo,
    parameterHi: visa ? account.parameterHi : account.validationHi,
    parameterLo: visa ? account.parameterLo | (pvki << 16) : account.validationLo,
    pinMask: visa ? 0xffff : 0,
  };
}
