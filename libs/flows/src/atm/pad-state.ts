/**
 * What a PIN pad keeps through a power cut: its keys, as bytes, sealed under a storage key that is
 * given to the pad when it is built. AES-256-GCM (SP 800-38D); the terminal's id is bound in, so one
 * pad's state does not open in another.
 *
 * Layout before sealing: version (1) | TMK length (1) | TMK | then for each key
 * usage (1: 1 TPK, 2 TAK) | key version (2) | length (1) | key.
 */
import { gcm } from '@noble/ciphers/aes.js';
import {
  InputError,
  ok,
  type RandomBytes,
  type Result,
  refused,
  takeRandom,
  wipe,
} from '@pinfold/crypto';

export type PadKeyUsage = 'TPK' | 'TAK';

export interface PadKeyBytes {
  readonly usage: PadKeyUsage;
  readonly version: number;
  readonly bytes: Uint8Array;
}

export interface PadState {
  readonly tmk: Uint8Array | undefined;
  readonly keys: readonly PadKeyBytes[];
}

const LAYOUT_VERSION = 1;
const NONCE_BYTES = 12;
const USAGES: readonly PadKeyUsage[] = ['TPK', 'TAK'];

interface Sealing {
  /** 32 bytes. */
  readonly storageKey: Uint8Array;
  readonly terminal: string;
}

export function sealPadState(state: PadState, o: Sealing & { random: RandomBytes }): Uint8Array {
  const clear = encode(state);
  const nonce = takeRandom(o.random, NONCE_BYTES);
  const sealed = cipherOf(o, nonce).encrypt(clear);
  wipe(clear);
  const out = new Uint8Array(NONCE_BYTES + sealed.length);
  out.set(nonce);
  out.set(sealed, NONCE_BYTES);
  return out;
}

/** Refused for a wrong storage key, another terminal's state, or any change: all look alike. */
export function openPadState(
  sealed: Uint8Array,
  o: Sealing,
): Result<PadState, 'PAD_STATE_INVALID'> {
  if (sealed.length <= NONCE_BYTES) return refused('PAD_STATE_INVALID');
  let clear: Uint8Array;
  try {
    clear = cipherOf(o, sealed.subarray(0, NONCE_BYTES)).decrypt(sealed.subarray(NONCE_BYTES));
  } catch {
    return refused('PAD_STATE_INVALID');
  }
  const state = decode(clear);
  wipe(clear);
  return state === undefined ? refused('PAD_STATE_INVALID') : ok(state);
}

function cipherOf({ storageKey, terminal }: Sealing, nonce: Uint8Array) {
  if (storageKey.length !== 32) throw new InputError('STORAGE_KEY', 'a storage key has 32 bytes');
  return gcm(storageKey, nonce, new TextEncoder().encode(`pin-pad/${terminal}`));
}

function encode({ tmk, keys }: PadState): Uint8Array {
  const size = 2 + (tmk?.length ?? 0) + keys.reduce((sum, k) => sum + 4 + k.bytes.length, 0);
  const out = new Uint8Array(size);
  out[0] = LAYOUT_VERSION;
  out[1] = tmk?.length ?? 0;
  if (tmk) out.set(tmk, 2);
  let at = 2 + out[1];
  for (const { usage, version, bytes } of keys) {
    out[at] = USAGES.indexOf(usage) + 1;
    out[at + 1] = version >> 8;
    out[at + 2] = version & 255;
    out[at + 3] = bytes.length;
    out.set(bytes, at + 4);
    at += 4 + bytes.length;
  }
  return out;
}

function decode(bytes: Uint8Array): PadState | undefined {
  if (bytes[0] !== LAYOUT_VERSION) return undefined;
  const tmkBytes = bytes[1] ?? 0;
  const tmk = tmkBytes === 0 ? undefined : bytes.slice(2, 2 + tmkBytes);
  const keys: PadKeyBytes[] = [];
  let at = 2 + tmkBytes;
  while (at + 4 <= bytes.length) {
    const usage = USAGES[bytes[at]! - 1];
    const length = bytes[at + 3]!;
    if (usage === undefined || at + 4 + length > bytes.length) return undefined;
    const version = (bytes[at + 1]! << 8) | bytes[at + 2]!;
    keys.push({ usage, version, bytes: bytes.slice(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  return at === bytes.length ? { tmk, keys } : undefined;
}
