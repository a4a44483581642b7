/**
 * Helpers of this folder's specs: a seeded source of bytes, a clock that is set by hand, a wire that
 * seals nothing, and a switch with the other ends of the terminals' keys that answers as it is told.
 */
import {
  checkValue,
  DesKey,
  fromHex,
  iso9797Mac,
  ok,
  type RandomBytes,
  toHex,
} from '@pinfold/crypto';
import {
  type IsoMessage,
  macInputOf,
  macOf,
  pack,
  packForMac,
  parse,
  placeMac,
  textOf,
} from '@pinfold/iso8583';
import { wrapKeyBlock } from '@pinfold/keyblock';
import { type BusRecord, decodeReplacementAmounts, TOPICS } from '@pinfold/messages';
import { decodeSecurityInfo, encodeOfferedKeys, encodeSecurityInfo, type Wire } from '../node.js';
import type { NewTerminal } from './fleet.js';

/** Mulberry32: the same seed gives the same bytes. For tests only. */
export function seededRandom(seed: number): RandomBytes {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 24;
  };
  return (length) => Uint8Array.from({ length }, next);
}

export class TestClock {
  constructor(public nowMs = Date.UTC(2026, 10, 21, 21, 0, 0)) {}
  now(): number {
    return this.nowMs;
  }
}

export const plainWire: Wire = {
  indexOf: (text) => `index-${text}`,
  seal: ({ topic, keyText, bytes, correlation }) => ({
    topic,
    key: `index-${keyText}`,
    value: bytes,
    headers: { correlation },
  }),
  open: ({ value, headers }) => {
    const parsed = parse(value);
    if (!parsed.ok) return parsed;
    const correlation = headers.correlation ?? '';
    return ok({ message: parsed.value, bytes: value, correlation, link: 'atm' });
  },
};

/** Card numbers as they are: only tests may. */
export const plainVault = {
  seal: (pan: string) => new TextEncoder().encode(pan),
  open: (sealed: Uint8Array) => new TextDecoder().decode(sealed),
};

const TMK = fromHex('0123456789ABCDEF1032547698BADCFE');
const WORKING = [
  { usage: 'TPK', code: 'P0', modeOfUse: 'B', key: fromHex('A1B2C3D4E5F60718293A4B5C6D7E8F90') },
  { usage: 'TAK', code: 'M3', modeOfUse: 'C', key: fromHex('4C6D7E8F90A1B2C3D4E5F60718293A4B') },
] as const;
const kcv = (key: Uint8Array) => toHex(checkValue(key, { cipher: 'des', method: 'zeros' }));
const COMPONENT = fromHex('FEDCBA98765432100011223344556677');

/** A terminal whose master key the test switch knows. 100 notes of 10 and of 50 EUR. */
export function newTerminal(terminal: string): NewTerminal {
  const other = TMK.map((byte, i) => byte ^ COMPONENT[i]!);
  return {
    terminal,
    algorithm: 'T',
    components: [
      { courier: 'Ann', component: COMPONENT },
      { courier: 'Bob', component: other },
    ],
    checkValue: kcv(TMK),
    cassettes: [
      { denominationMinor: 1000n, notes: 100 },
      { denominationMinor: 5000n, notes: 100 },
    ],
  };
}

/**
 * What the switch does with a 0200. `forge`: approves with a MAC that is wrong. `undecided`: approves,
 * and answers a damaged copy that came first.
 */
export type Behaviour = 'approve' | 'decline' | 'forge' | 'other-amount' | 'undecided';

/** Keeps what an issuer would: what stands posted per withdrawal (`RRN-terminal`). */
export class TestSwitch {
  readonly postedMinor = new Map<string, bigint>();
  readonly seen: IsoMessage[] = [];
  behaviour: (rrn: string) => Behaviour = () => 'approve';
  readonly #reversed = new Set<string>();
  readonly #random = seededRandom(7);
  #version = 0;

  /** The answer to a record, or undefined where the message is not one that a switch answers. */
  answer(record: BusRecord): BusRecord | undefined {
    const parsed = parse(record.value);
    if (!parsed.ok) throw new Error(`the terminal sent what cannot be parsed: ${parsed.detail}`);
    const message = parsed.value;
    this.#requireMac(record.value, message);
    this.seen.push(message);
    const bytes = this.#answerTo(message);
    return bytes && { topic: TOPICS.atmAnswers, key: record.key, value: bytes, headers: {} };
  }

  #answerTo(message: IsoMessage): Uint8Array | undefined {
    if (message.mti === '0800') return this.#network(message);
    const rrn = `${textOf(message, 37)!}-${textOf(message, 41)!}`;
    if (message.mti === '0200') return this.#withdrawal(message, rrn);
    const actual = decodeReplacementAmounts(message.fields[95]);
    const known = this.postedMinor.get(rrn) ?? 0n;
    this.#reversed.add(rrn);
    if (known > 0n) this.postedMinor.set(rrn, actual.ok ? actual.value : 0n);
    return this.#finish(message, '0430', { 39: '00' });
  }

  #withdrawal(message: IsoMessage, rrn: string): Uint8Array {
    const behaviour = this.behaviour(rrn);
    const approved = behaviour !== 'decline' && !this.#reversed.has(rrn);
    if (approved) this.postedMinor.set(rrn, BigInt(textOf(message, 4)!));
    const code = behaviour === 'undecided' ? '88' : approved ? '00' : '51';
    const amount: Record<number, string> =
      behaviour === 'other-amount' ? { 4: '000000000001' } : {};
    const bytes = this.#finish(message, '0210', { 39: code, ...amount });
    if (behaviour === 'forge') bytes[bytes.length - 1]! ^= 1;
    return bytes;
  }

  #network(message: IsoMessage): Uint8Array {
    if (textOf(message, 70) !== '101') return this.#finish(message, '0810', { 39: '00' });
    this.#version += 1;
    const version = this.#version;
    const offered = WORKING.map(({ usage, code, modeOfUse, key }) => {
      const header = { version: 'B', usage: code, algorithm: 'T', modeOfUse } as const;
      const keyBlock = wrapKeyBlock({ kbpk: TMK, header, key, random: this.#random });
      return { usage, version, keyBlock, checkValue: kcv(key) };
    });
    return this.#finish(message, '0810', { 39: '00', 48: encodeOfferedKeys(offered) });
  }

  #finish(request: IsoMessage, mti: string, more: Record<number, string>): Uint8Array {
    const kept = [2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 49, 70, 90];
    const fields: IsoMessage['fields'] = {};
    for (const n of kept) if (request.fields[n] !== undefined) fields[n] = request.fields[n]!;
    Object.assign(fields, more);
    const version = decodeSecurityInfo(request.fields[53])?.macKeyVersion;
    if (version === undefined) return pack({ mti, fields });
    fields[53] = encodeSecurityInfo({ format: 'none', pinKeyVersion: 0, macKeyVersion: version });
    const bytes = packForMac({ mti, fields });
    return placeMac(bytes, macUnderTak(macInputOf(bytes)!));
  }

  #requireMac(bytes: Uint8Array, message: IsoMessage): void {
    const data = macInputOf(bytes);
    const mac = macOf(bytes);
    const keyless = message.mti === '0800' && mac === undefined;
    if (keyless) return;
    if (!data || !mac || toHex(mac) !== toHex(macUnderTak(data))) throw new Error('bad MAC');
  }
}

function macUnderTak(data: Uint8Array): Uint8Array {
  return iso9797Mac({ algorithm: 3, padding: 1, key: DesKey.of(WORKING[1].key), data });
}
