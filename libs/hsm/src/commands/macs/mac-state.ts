/**
 * A MAC between two parts of its message, in the host's hands: a token of usage MACSTATE, which in
 * hardened mode is authenticated and bound to key, algorithm, padding and session of parts. The
 * chaining value must not be seen: under algorithm 1 it is the MAC of what came before.
 *
 *   0-15 chaining value (8 or 16 bytes, then zeros) | 16 its length | 17 whether a total is stated
 *   18-22 bytes seen | 23-27 total, big-endian | 28-31 random, so that the check value says nothing
 */
import { createHash } from 'node:crypto';
import { wipe } from '@pinfold/crypto';
import type { Core } from '../../core.js';
import { readySlot } from '../../keys/key-store.js';

export const MAC_STATE = { types: ['TCK'], usages: ['MACSTATE'], part: 'data' } as const;
const SLOT = readySlot(MAC_STATE);

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

export function sealMacState(core: Core, of: MacStateOf, state: MacState): string {
  const bytes = new Uint8Array(32);
  bytes.set(state.chain);
  bytes[16] = state.chain.length;
  bytes[17] = state.total === undefined ? 0 : 1;
  const view = new DataView(bytes.buffer);
  view.setUint32(19, state.seen);
  view.setUint32(24, state.total ?? 0);
  bytes.set(core.random(4), 28);
  const as = { usage: 'MACSTATE', part: 'data', context: digest(of) } as const;
  const { token } = core.keys.seal(bytes, 'A', as);
  wipe(bytes);
  return token;
}

/** The state, or undefined: not one of this device, or of another key, algorithm or padding. */
export function openMacState(core: Core, of: MacStateOf, token: string): MacState | undefined {
  const held = core.keys.open(token, SLOT);
  if (held === undefined) return undefined;
  const { context } = held.header;
  const bytes = held.exposeBytes();
  if ((context !== undefined && context !== digest(of)) || bytes.length !== 32) return undefined;
  const length = bytes[16]!;
  if (length !== 8 && length !== 16) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 32);
  return {
    chain: bytes.slice(0, length),
    seen: view.getUint32(19),
    total: bytes[17] === 1 ? view.getUint32(24) : undefined,
  };
}

function digest({ key, algorithm, padding = 1 }: MacStateOf): string {
  const text = `mac state of ${algorithm} ${padding} ${key}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 32).toUpperCase();
}
