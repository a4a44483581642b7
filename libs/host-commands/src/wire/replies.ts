/**
 * Replies on their way out: written one after the other as bytes, each with its length before it, and
 * taken as one buffer for one write. Nothing is allocated per reply. A reply that is not there yet keeps
 * its place (`later`).
 */
import { frameOf, LENGTH_BYTES } from './framing.js';

const FIRST_BYTES = 64 * 1024;
/** A buffer that grew beyond this is given back. */
const KEPT_BYTES = 4 * FIRST_BYTES;
const HEX = Uint8Array.from('0123456789ABCDEF', (digit) => digit.charCodeAt(0));
/** Two characters for each byte, as a 16-bit number whose high half is the first one. */
const HEX_PAIRS = Uint16Array.from({ length: 256 }, (_, byte) => {
  return (HEX[byte >> 4]! << 8) | HEX[byte & 15]!;
});

const DECIMAL_PAIRS = Uint16Array.from({ length: 100 }, (_, value) => {
  return (HEX[Math.trunc(value / 10)]! << 8) | HEX[value % 10]!;
});

export class Replies {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #start = 0;
  #at = 0;
  /** Where each reply ends. */
  readonly #ends: number[] = [];
  #count = 0;
  /** Replies that are not there yet, by their place. */
  #later: { readonly at: number; readonly reply: Promise<string> }[] = [];

  get count(): number {
    return this.#count;
  }

  /** Forgets what was written and not taken. */
  clear(): void {
    this.#at = 0;
    this.#count = 0;
    this.#later = [];
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  /** Begins a reply of at most `room` bytes. */
  begin(room: number): void {
    if (this.#at + LENGTH_BYTES + room > this.#bytes.length) this.#grow(LENGTH_BYTES + room);
    this.#start = this.#at;
    this.#at += LENGTH_BYTES;
  }

  /** Ends it: its length is known now. */
  end(): void {
    const size = this.#at - this.#start - LENGTH_BYTES;
    this.#bytes[this.#start] = size >> 8;
    this.#bytes[this.#start + 1] = size;
    this.#ends[this.#count++] = this.#at;
  }

  byte(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  /** source[from, to) as it is. */
  copy(source: Uint8Array, from: number, to: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = from; i < to; i++) bytes[at++] = source[i]!;
    this.#at = at;
  }

  /** A whole reply that is source[from, to). */
  frame(source: Buffer, from: number, to: number): void {
    this.begin(to - from);
    source.copy(this.#bytes, this.#at, from, to);
    this.#at += to - from;
    this.end();
  }

  /** A whole reply as text of the wire. */
  text(reply: string): void {
    this.begin(reply.length);
    this.#bytes.write(reply, this.#at, 'latin1');
    this.#at += reply.length;
    this.end();
  }

  /** A whole reply that comes later. */
  later(reply: Promise<string>): void {
    this.#later.push({ at: this.#count, reply });
    this.#ends[this.#count++] = this.#at;
  }

  /** Two decimal digits. */
  decimal2(value: number): void {
    const pair = DECIMAL_PAIRS[value]!;
    this.#bytes[this.#at++] = pair >> 8;
    this.#bytes[this.#at++] = pair;
  }

  /** The first `digits` (even) hexadecimal digits of a word. */
  hex(word: number, digits = 8): void {
    for (let shift = 24; shift > 24 - 4 * digits; shift -= 8) {
      const pair = HEX_PAIRS[(word >>> shift) & 0xff]!;
      this.#bytes[this.#at++] = pair >> 8;
      this.#bytes[this.#at++] = pair;
    }
  }

  /** Replies `from` up to `to`, with their lengths, as a buffer of its own. */
  taken(from: number, to: number): Buffer {
    const begin = from === 0 ? 0 : this.#ends[from - 1]!;
    return Buffer.from(this.#bytes.subarray(begin, to === 0 ? 0 : this.#ends[to - 1]!));
  }

  /** Replies `from` up to `to` in order: those that are there, each of those that come later. */
  partsOf(from: number, to: number): (Buffer | Promise<Buffer>)[] {
    const parts: (Buffer | Promise<Buffer>)[] = [];
    let next = from;
    for (const { at, reply } of this.#later) {
      if (at < from || at >= to) continue;
      if (at > next) parts.push(this.taken(next, at));
      parts.push(reply.then(frameOf));
      next = at + 1;
    }
    if (to > next) parts.push(this.taken(next, to));
    return parts;
  }

  /** Whether all replies are there. */
  get complete(): boolean {
    return this.#later.length === 0;
  }

  #grow(room: number): void {
    const larger = Buffer.allocUnsafeSlow(2 * (this.#bytes.length + room));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
