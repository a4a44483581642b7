/**
 * A small writer of WebAssembly binary code (core specification 2.0, chapter 5): only what the
 * engines of this library need. Everything goes into one preallocated array; lengths are written as
 * five-byte LEB128 numbers and filled in afterwards, so that nothing is ever moved.
 */

export const VALUE_TYPE = { i32: 0x7f, i64: 0x7e, v128: 0x7b } as const;

const LOOP = 0x03;
const IF = 0x04;
const END = 0x0b;
const NO_RESULT = 0x40;
const LENGTH_BYTES = 5;

/** Opcodes without operands. */
export const OP = {
  i32LessSigned: [0x48],
  i32Add: [0x6a],
  i32Sub: [0x6b],
  i32And: [0x71],
  i32Xor: [0x73],
  i32ShiftLeft: [0x74],
  i32ShiftRight: [0x76],
  i32RotateLeft: [0x77],
  i32RotateRight: [0x78],
  v128Not: [0xfd, 0x4d],
  v128And: [0xfd, 0x4e],
  v128AndNot: [0xfd, 0x4f],
  v128Or: [0xfd, 0x50],
  v128Xor: [0xfd, 0x51],
  i64x2ShiftLeft: [0xfd, 0xcb, 0x01],
  i64x2ShiftRight: [0xfd, 0xcd, 0x01],
} as const;

export type Operation = keyof typeof OP;

export class Assembler {
  readonly #bytes: Uint8Array;
  #length = 0;

  constructor(capacityBytes: number) {
    this.#bytes = new Uint8Array(capacityBytes);
  }

  /** What was written so far, without copying. */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.#length > this.#bytes.length) throw new Error('the module outgrew its array');
    return this.#bytes.subarray(0, this.#length) as Uint8Array<ArrayBuffer>;
  }

  byte(value: number): this {
    this.#bytes[this.#length++] = value;
    return this;
  }

  raw(values: readonly number[]): this {
    for (const value of values) this.byte(value);
    return this;
  }

  unsigned(value: number): this {
    let rest = value;
    while (rest > 127) {
      this.byte((rest & 127) | 128);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  signed(value: number): this {
    let rest = value;
    while (rest < -64 || rest > 63) {
      this.byte((rest & 127) | 128);
      rest >>= 7;
    }
    return this.byte(rest & 127);
  }

  name(text: string): this {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
    return this;
  }

  /** Writes `body` behind its length in bytes. */
  sized(body: () => void): this {
    const at = this.#length;
    this.#length += LENGTH_BYTES;
    body();
    let rest = this.#length - at - LENGTH_BYTES;
    for (let i = 0; i < LENGTH_BYTES; i++) {
      this.#bytes[at + i] = (rest & 127) | (i < LENGTH_BYTES - 1 ? 128 : 0);
      rest >>>= 7;
    }
    return this;
  }

  section(id: number, body: () => void): this {
    return this.byte(id).sized(body);
  }

  get(local: number): this {
    return this.byte(0x20).unsigned(local);
  }

  set(local: number): this {
    return this.byte(0x21).unsigned(local);
  }

  tee(local: number): this {
    return this.byte(0x22).unsigned(local);
  }

  i32(value: number): this {
    return this.byte(0x41).signed(value);
  }

  /** A small constant. */
  i64(value: number): this {
    return this.byte(0x42).signed(value);
  }

  call(fn: number): this {
    return this.byte(0x10).unsigned(fn);
  }

  op(operation: Operation): this {
    return this.raw(OP[operation]);
  }

  i32Load(offset: number): this {
    return this.raw([0x28, 2]).unsigned(offset);
  }

  i32Store(offset: number): this {
    return this.raw([0x36, 2]).unsigned(offset);
  }

  i32Load8(offset: number): this {
    return this.raw([0x2d, 0]).unsigned(offset);
  }

  i32Load16(offset: number): this {
    return this.raw([0x2f, 1]).unsigned(offset);
  }

  i64Load(offset: number): this {
    return this.raw([0x29, 3]).unsigned(offset);
  }

  i64Store(offset: number): this {
    return this.raw([0x37, 3]).unsigned(offset);
  }

  v128Load(offset: number): this {
    return this.raw([0xfd, 0, 4]).unsigned(offset);
  }

  v128Store(offset: number): this {
    return this.raw([0xfd, 11, 4]).unsigned(offset);
  }

  /** A constant with the same two 32-bit words in both halves. */
  v128Const({ high, low }: { high: number; low: number }): this {
    this.raw([0xfd, 12]);
    for (const word of [low, high, low, high]) {
      for (let shift = 0; shift < 32; shift += 8) this.byte((word >>> shift) & 255);
    }
    return this;
  }

  /** Runs `body` again while the i32 that it leaves on the stack is not zero. */
  loopWhile(body: () => void): this {
    this.raw([LOOP, NO_RESULT]);
    body();
    return this.raw([0x0d, 0, END]);
  }

  /** Runs `body` if the i32 on the stack is not zero. */
  ifTrue(body: () => void): this {
    this.raw([IF, NO_RESULT]);
    body();
    return this.byte(END);
  }
}
