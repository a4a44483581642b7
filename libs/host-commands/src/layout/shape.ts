/**
 * What messages have in common whose fields stand at the same places. Clients send the same form of a
 * command again and again; once one of a form was read step by step, the next ones need only be looked
 * at: same length, same deciding characters (scheme letters, choices, lengths), and characters of the
 * right class everywhere else.
 */
import { CHARACTERS } from './chars.js';

/** What the steps of a reader looked at in one message; written down while they read. */
export class ShapeRecord {
  readonly #exact = new Set<number>();
  readonly #runs: { from: number; to: number; mask: number }[] = [];

  /** Characters that decide what follows. */
  exactly(from: number, to: number): void {
    for (let i = from; i < to; i++) this.#exact.add(i);
  }

  /** Characters of one class, whichever. */
  like(from: number, to: number, mask: number): void {
    this.#runs.push({ from, to, mask });
  }

  /** The shape of buffer[at, end), whose fields are at `places` and end at `stop`. */
  shape(
    buffer: Uint8Array,
    o: { at: number; end: number; stop: number; places: Int32Array },
  ): Shape {
    const { at, end, stop, places } = o;
    const exact = [...this.#exact];
    const open = this.#runs.filter(({ from, to }) => {
      for (let i = from; i < to; i++) if (!this.#exact.has(i)) return true;
      return false;
    });
    return new Shape({
      size: end - at,
      fields: stop - at,
      offsets: places.map((place) => place - at),
      exactAt: Int32Array.from(exact, (place) => place - at),
      exact: Uint8Array.from(exact, (place) => buffer[place]!),
      runs: Int32Array.from(open.flatMap(({ from, to, mask }) => [from - at, to - at, mask])),
    });
  }
}

interface ShapeFacts {
  /** Bytes of the message, and of its fields. */
  readonly size: number;
  readonly fields: number;
  /** Of each place, from the message's beginning. */
  readonly offsets: Int32Array;
  readonly exactAt: Int32Array;
  readonly exact: Uint8Array;
  /** Three numbers a run: from, to, class. */
  readonly runs: Int32Array;
}

export class Shape {
  readonly size: number;
  readonly #fields: number;
  readonly #offsets: Int32Array;
  readonly #exactAt: Int32Array;
  readonly #exact: Uint8Array;
  readonly #runs: Int32Array;

  constructor(facts: ShapeFacts) {
    this.size = facts.size;
    this.#fields = facts.fields;
    this.#offsets = facts.offsets;
    this.#exactAt = facts.exactAt;
    this.#exact = facts.exact;
    this.#runs = facts.runs;
  }

  /** Whether the message that begins at a place, of this size, has this shape. */
  fits(buffer: Uint8Array, at: number): boolean {
    const exactAt = this.#exactAt;
    const exact = this.#exact;
    for (let i = 0; i < exact.length; i++) {
      if (buffer[at + exactAt[i]!] !== exact[i]) return false;
    }
    const runs = this.#runs;
    for (let r = 0; r < runs.length; r += 3) {
      const to = at + runs[r + 1]!;
      let all = runs[r + 2]!;
      for (let i = at + runs[r]!; i < to; i++) all &= CHARACTERS[buffer[i]!]!;
      if (all === 0) return false;
    }
    return true;
  }

  /** Fills the places of a message that fits; gives where its fields end. */
  place(places: Int32Array, at: number): number {
    const offsets = this.#offsets;
    for (let i = 0; i < offsets.length; i++) places[i] = at + offsets[i]!;
    return at + this.#fields;
  }
}
