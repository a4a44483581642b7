/**
 * The verification record of a card: what an issuer keeps to verify its PIN, made by the device and
 * given back to it. Rule M2: its MAC covers everything that decides about a PIN (account, method,
 * PVKI, length, offset or PVV, table) and the check value of the key that it is for.
 *
 *   version "." method "." PVKI "." length "." value "." table [ "." MAC ]
 *
 *   version   1 with a MAC (16 hexadecimal characters), 0 without (legacy)
 *   method    V Visa PVV, I IBM 3624
 *   PVKI      one digit; "-" for IBM 3624
 *   length    PIN length (4 to 12), two digits
 *   value     PVV (4 digits) or offset (as long as the PIN)
 *   table     id of the registered decimalisation table; "-" for Visa PVV
 *
 * The account number is under the MAC but not in the text: a database row shows no PAN.
 */
import { AesKey, cmac, equalConstantTime, toHex, wipe } from '@pinfold/crypto';
import { leftJustified } from '@pinfold/pin';
import type { ClearKey } from '../keys/clear-key.js';
import { CacheEntry, ClockCache } from '../keys/clock-cache.js';
import type { MasterKeySet } from '../keys/master-keys.js';
import type { Policy } from '../policy/policy.js';
import { deriveKey } from '../tokens/siv.js';
import { accountOf } from './account.js';

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
  /** What is enciphered under the PVK; Visa PVV adds four PIN digits to the low word. */
  readonly parameterHi: number;
  readonly parameterLo: number;
  /** Bits of the low word that are the first four PIN digits: 16 for Visa PVV, else none. */
  readonly pinMask: number;
}

const SHAPE =
  /^([01])\.([VI])\.([0-9-])\.(\d\d)\.(\d{4,12})\.([A-Z0-9]{1,8}|-)(?:\.([0-9A-F]{16}))?$/;
const MAC_BYTES = 8;
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
  #mac: AesKey | undefined;
  #old: AesKey | undefined;

  constructor(policy: Policy, masterKeys: MasterKeySet, cached = DEFAULT_CACHED_RECORDS) {
    this.#policy = policy;
    this.#cache = new ClockCache(cached, () => undefined);
    this.#mac = macKeyOf(masterKeys);
  }

  seal(facts: RecordFacts, pan: string, pvk: ClearKey): string {
    const body = bodyOf(facts, this.#mac === undefined ? '0' : '1');
    return this.#mac === undefined
      ? body
      : `${body}.${toHex(macOf(this.#mac, { body, pan, key: pvk.header.checkValue }))}`;
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
    const record = this.#verify(this.#mac, text, { pan, key: checkValue });
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
    this.#old = this.#mac;
    this.#mac = macKeyOf(masterKeys);
    this.#forget();
  }

  eraseOld(): void {
    this.#old?.wipe();
    this.#old = undefined;
  }

  wipe(): void {
    this.#mac?.wipe();
    this.eraseOld();
    this.#forget();
  }

  #forget(): void {
    this.#cache.clear();
    this.#last = undefined;
  }

  #verify(
    mac: AesKey | undefined,
    text: string,
    { pan, key }: { pan: string; key: string },
  ): OpenRecord | undefined {
    const match = SHAPE.exec(text);
    if (match === null) return undefined;
    if (this.#policy.on['M2.authenticated-record']) {
      if (match[1] !== '1' || match[7] === undefined || mac === undefined) return undefined;
      const body = text.slice(0, -1 - 2 * MAC_BYTES);
      const expected = macOf(mac, { body, pan, key });
      if (!equalConstantTime(expected, Buffer.from(match[7], 'hex'))) return undefined;
    }
    return recordOf(match, pan);
  }
}

function macKeyOf(masterKeys: MasterKeySet): AesKey | undefined {
  if (masterKeys.mode === 'legacy') return undefined;
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

function bodyOf(facts: RecordFacts, version: '0' | '1'): string {
  const visa = facts.method === 'visa-pvv';
  const length = String(facts.pinLength).padStart(2, '0');
  const pvki = visa ? facts.pvki : '-';
  const table = visa ? '-' : facts.tableId;
  return `${version}.${visa ? 'V' : 'I'}.${pvki}.${length}.${facts.value}.${table}`;
}

function recordOf(match: RegExpExecArray, pan: string): OpenRecord | undefined {
  const visa = match[2] === 'V';
  const pinLength = Number(match[4]);
  const value = match[5]!;
  const right = visa ? value.length === 4 && match[3] !== '-' : value.length === pinLength;
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
    valueHi,
    valueLo,
    accountHi: account.fieldHi,
    accountLo: account.fieldLo,
    parameterHi: visa ? account.parameterHi : account.validationHi,
    parameterLo: visa ? account.parameterLo | (pvki << 16) : account.validationLo,
    pinMask: visa ? 0xffff : 0,
  };
}
