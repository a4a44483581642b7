/**
 * A MAC between two parts of its message, in the host's hands: a token of usage MACSTATE, which in
 * hardened mode is authenticated and bound to key, algorithm, padding and session of parts. The
 * chaining value must not be seen: under algorithm 1 it is the MAC of what came before.
 *
 *   chaining value, then zeros: 16 bytes, or 64 of a hash
 *   then 16 bytes: 0 its length | 1 whether a total is stated | 3-6 bytes seen | 8-11 total,
 *   big-endian | 12-15 random, so that the check value says nothing
 */
import { createHash } from 'node:crypto';
import { wipe } from '@pinfold/crypto';
import type { Core } from '../../core.js';
import { readySlot } from '../../keys/key-store.js';

export const MAC_STATE = { types: ['TCK'], usages: ['MACSTATE'], part: 'data' } as const;
const SLOT = readySlot(MAC_STATE);
/** Chaining values of DES, AES, and SHA-1, SHA-256, SHA-512 with their shorter kin. */
const STATE_BYTES = [8, 16, 20, 32, 64];

export interface MacState {
  readonly chain: Uint8Array;
  /** Bytes of the message taken so far. */
  readonly seen: number;
  /** Length of the whole message, where the first part said it. */
  readonly total: number | undefined;
}

/** What a state is bound to. */
export interface MacStateOf {
  readonly key: string;
  readonly algorithm: string;
  readonly padding?: number;
}

const FACTS = 16;
/** By the room for the chaining value: the token's algorithm, which no cipher takes for a hash. */
const ROOMS = { 16: 'A', 64: 'H' } as const;

export function sealMacState(core: Core, of: MacStateOf, state: MacState): string {
  const room = state.chain.length > 16 ? 64 : 16;
  const bytes = new Uint8Array(room + FACTS);
  bytes.set(state.chain);
  const view = new DataView(bytes.buffer, room);
  view.setUint8(0, state.chain.length);
  view.setUint8(1, state.total === undefined ? 0 : 1);
  view.setUint32(3, state.seen);
  view.setUint32(8, state.total ?? 0);
  bytes.set(core.random(4), room + 12);
  const as = { usage: 'MACSTATE', part: 'data', context: digest(of) } as const;
  const { token } = core.keys.seal(bytes, ROOMS[room], as);
  wipe(bytes);
  return token;
}

/** The state, or undefined: not one of this device, or of another key, algorithm or padding. */
export function openMacState(core: Core, of: MacStateOf, token: string): MacState | undefined {
  const held = core.keys.open(token, SLOT);
  if (held === undefined) return undefined;
  const { context } = held.header;
  if (context !== undefined && context !== digest(of)) return undefined;
  const bytes = held.exposeBytes();
  const room = bytes.length - FACTS;
  if (room !== 16 && room !== 64) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + room, FACTS);
  const length = view.getUint8(0);
  if (!STATE_BYTES.includes(length) || length > room) return undefined;
  return {
    chain: bytes.slice(0, length),
    seen: view.getUint32(3),
    total: view.getUint8(1) === 1 ? view.getUint32(8) : undefined,
  };
}

function digest({ key, algorithm, padding = 1 }: MacStateOf): string {
  const text = `mac state of ${algorithm} ${padding} ${key}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 32).toUpperCase();
}
