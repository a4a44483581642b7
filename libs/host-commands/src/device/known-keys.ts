/**
 * Opened keys by the bytes of their tokens, as they come from the wire: what the lanes look keys up in,
 * with no text made of a token. A table of fixed size beside the cache of `keys.ts`: it may forget a
 * key, and never gives one that was wiped.
 */
import type { Lmk } from './lmk.js';
import type { OpenKey } from './open-key.js';

interface Known {
  readonly lmk: Lmk;
  readonly type: string;
  readonly token: Uint8Array;
  readonly key: OpenKey;
}

/** Four times the keys of the cache, so that most stand where their hash says. */
const SLOTS = 16_384;
const MASK = SLOTS - 1;
const PROBES = 8;
/** Bytes of a token that its hash looks at: the last digits of a cryptogram differ. */
const HASHED = 12;

export class KnownKeys {
  readonly #slots: (Known | undefined)[] = new Array(SLOTS).fill(undefined);

  /** The key of the token buffer[from, to), as one of a type under an LMK. */
  find(lmk: Lmk, type: string, buffer: Uint8Array, from: number, to: number): OpenKey | undefined {
    const home = homeOf(buffer, from, to);
    for (let i = 0; i < PROBES; i++) {
      const known = this.#slots[(home + i) & MASK];
      if (known === undefined || known.lmk !== lmk || known.type !== type) continue;
      if (!same(known.token, buffer, from, to) || known.key.wiped) continue;
      return known.key;
    }
    return undefined;
  }

  add(lmk: Lmk, type: string, token: Uint8Array, key: OpenKey): void {
    const home = homeOf(token, 0, token.length);
    let place = home;
    for (let i = 0; i < PROBES; i++) {
      const known = this.#slots[(home + i) & MASK];
      if (known !== undefined && !known.key.wiped) continue;
      place = (home + i) & MASK;
      break;
    }
    this.#slots[place] = { lmk, type, token, key };
  }

  clear(): void {
    this.#slots.fill(undefined);
  }
}

function homeOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = to - from;
  for (let i = Math.max(from, to - HASHED); i < to; i++) hash = (hash * 31 + bytes[i]!) | 0;
  return (hash ^ (hash >>> 15)) & MASK;
}

function same(token: Uint8Array, buffer: Uint8Array, from: number, to: number): boolean {
  if (token.length !== to - from) return false;
  for (let i = 0; i < token.length; i++) if (token[i] !== buffer[from + i]) return false;
  return true;
}
