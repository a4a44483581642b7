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
  readonly token: DataView;
  readonly key: OpenKey;
}

/** Four times the keys of the cache, so that most stand where their hash says. */
const SLOTS = 16_384;
const MASK = SLOTS - 1;
const PROBES = 8;
/** The hash looks at the last eight digits of a token: cryptograms differ in them. */
const HASHED = 8;

export class KnownKeys {
  readonly #slots: (Known | undefined)[] = new Array(SLOTS).fill(undefined);
  /** The buffer looked at last, in words. */
  #buffer: Uint8Array | undefined;
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** The key of the token buffer[from, to), as one of a type under an LMK. */
  find(lmk: Lmk, type: string, buffer: Uint8Array, from: number, to: number): OpenKey | undefined {
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.#view = viewOf(buffer);
    }
    const view = this.#view;
    const home = homeOf(view, from, to);
    for (let i = 0; i < PROBES; i++) {
      const known = this.#slots[(home + i) & MASK];
      if (known === undefined || known.lmk !== lmk || known.type !== type) continue;
      if (!sameToken(known.token, view, from, to) || known.key.wiped) continue;
      return known.key;
    }
    return undefined;
  }

  add(lmk: Lmk, type: string, token: Uint8Array, key: OpenKey): void {
    const view = viewOf(token);
    const home = homeOf(view, 0, token.length);
    let place = home;
    for (let i = 0; i < PROBES; i++) {
      const known = this.#slots[(home + i) & MASK];
      if (known !== undefined && !known.key.wiped) continue;
      place = (home + i) & MASK;
      break;
    }
    this.#slots[place] = { lmk, type, token: view, key };
  }

  clear(): void {
    this.#slots.fill(undefined);
    this.#buffer = undefined;
    this.#view = new DataView(new ArrayBuffer(0));
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Tokens have at least sixteen digits. */
function homeOf(view: DataView, from: number, to: number): number {
  if (to - from < HASHED) return 0;
  const hash = Math.imul(view.getInt32(to - 8) * 31 + view.getInt32(to - 4), 0x9e3779b1);
  return (hash ^ (hash >>> 15)) & MASK;
}

/** Whether view[from, to) is the token: word by word, then what is left. */
export function sameToken(token: DataView, view: DataView, from: number, to: number): boolean {
  const size = token.byteLength;
  if (size !== to - from) return false;
  let i = 0;
  for (; i + 4 <= size; i += 4) if (token.getInt32(i) !== view.getInt32(from + i)) return false;
  for (; i < size; i++) if (token.getUint8(i) !== view.getUint8(from + i)) return false;
  return true;
}
