/** MACs of messages and of parts of messages, and HMACs. */
import { cmac, fromHex, hmac, Iso9797Stream, iso9797Mac, toHex } from '@pinfold/crypto';
import { dukptKey } from './dukpt.js';
import type { KeyNeed } from './keys.js';
import type { LmkContext } from './lmk-context.js';
import { type LmkKey, openKeyOf } from './open-key.js';
import { refuse } from './refusal.js';

const SINGLE_BYTES = 8;
const BLOCK_BYTES = 8;
/** Digits of the MACs of ANSI X9.9 and X9.19. */
const OLD_DIGITS = 8;

export interface MacPart {
  /** 0 the only part, 1 the first, 2 a middle one, 3 the last. */
  readonly mode: '0' | '1' | '2' | '3';
  /** ISO 9797-1 algorithm 1 or 3; 6 is CMAC. */
  readonly algorithm: '1' | '3' | '6';
  /** ISO 9797-1 padding method; 0 none. */
  readonly padding: '0' | '1' | '2' | '3';
  /** Chaining value of the part before, hexadecimal. */
  readonly iv?: string;
  readonly data: Uint8Array;
}

/** The MAC of a part: the chaining value as `iv` when more parts follow, else the MAC. */
export function partMac(from: LmkKey, o: MacPart): { iv?: string; mac?: Uint8Array } {
  const key = openKeyOf(from);
  const goesOn = o.mode === '1' || o.mode === '2';
  if (o.algorithm === '6') {
    if (o.mode !== '0') refuse('02');
    return { mac: cmac(key.block, o.data) };
  }
  const algorithm = o.algorithm === '1' ? 1 : 3;
  if (algorithm === 3 && key.lengthBytes === SINGLE_BYTES) refuse('27');
  const padding = Number(o.padding) as 0 | 1 | 2 | 3;
  if (o.mode === '0') {
    return { mac: iso9797Mac({ algorithm, padding, key: key.des, data: o.data }) };
  }
  if (padding === 3) refuse('09');
  const iv = o.iv === undefined ? undefined : fromHex(o.iv);
  const stream = new Iso9797Stream({ algorithm, padding, key: key.des, iv }).update(o.data);
  if (!goesOn) return { mac: stream.finish() };
  if (o.data.length % BLOCK_BYTES !== 0) refuse('06');
  return { iv: toHex(stream.chainingValue()) };
}

/** ANSI X9.9 (single length) or X9.19 (double), zeros when needed: eight digits. */
export function oldMac(context: LmkContext, from: LmkKey, data: Uint8Array): string {
  context.unless('no-short-macs');
  const key = openKeyOf(from);
  const algorithm = key.lengthBytes === SINGLE_BYTES ? 1 : 3;
  return toHex(iso9797Mac({ algorithm, padding: 1, key: key.des, data })).slice(0, OLD_DIGITS);
}

/** Algorithm 3 with zeros under the MAC key of a DUKPT transaction. */
export function dukptMac(
  context: LmkContext,
  o: { readonly bdk: string; readonly ksn: string; readonly message: Uint8Array },
  use: 'macRequest' | 'macResponse',
): Uint8Array {
  const session = openKeyOf(dukptKey(context, o, use));
  const mac = iso9797Mac({ algorithm: 3, padding: 1, key: session.des, data: o.message });
  session.wipe();
  return mac;
}

/** X9.143 usage of an HMAC key, and the payShield's two-digit ones by hash. */
const HMAC_ROW = { type: '10C', name: 'HMAC key', usages: ['M7', '61', '62', '63', '64', '65'] };

export interface HmacRequest {
  readonly hash: Parameters<typeof hmac>[0];
  readonly key: string;
  readonly message: Uint8Array;
  /** Bytes wanted: half of the hash's at least. */
  readonly size: number;
}

export function hmacOf(context: LmkContext, o: HmacRequest, need: KeyNeed): Uint8Array {
  const key = openKeyOf(context.keys.open(context.lmk, o.key, HMAC_ROW, { need }));
  const mac = hmac(o.hash, key.bytes, o.message);
  if (o.size < mac.length / 2 || o.size > mac.length) refuse('04');
  return mac.slice(0, o.size);
}
