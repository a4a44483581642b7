/**
 * A layout as a reader over bytes: where each field of a message is, in the buffer that came from the
 * socket, and nothing made of it. Compiled once from the nodes that the parser (`parse.ts`) has too.
 *
 * It reads the usual form of a command. What it gives up on (-1) is not wrong: the parser reads it
 * again and says what is. Of a key only its length is looked at, since a token that is already known
 * has the right characters.
 */
import { InputError } from '@pinfold/hsm';
import { CHARACTERS, maskOf } from './chars.js';
import {
  ACCOUNT_BY_FORMAT,
  type FieldLength,
  type FieldNode,
  type KeyNode,
  type Layout,
  type Node,
} from './nodes.js';
import { type Shape, ShapeRecord } from './shape.js';

/**
 * Two numbers a field: where it begins and where it ends. Fields that a condition leaves out keep what
 * was there before.
 */
export type Places = Int32Array;

export interface PlacesReader {
  /** Index of a field's beginning in the places; its end is the next number. */
  readonly of: Readonly<Record<string, number>>;
  /** How many numbers the places have. */
  readonly size: number;
  /** The fields of buffer[at, end); where they end, or -1. */
  readonly read: (buffer: Uint8Array, at: number, end: number, places: Places) => number;
}

/** As `read`; writes down what it looked at where a record is kept. */
type Step = (
  buffer: Uint8Array,
  at: number,
  end: number,
  places: Places,
  record?: ShapeRecord,
) => number;

const GIVE_UP = -1;
/** Digits after each scheme letter of the variant schemes, by character. */
const SCHEME_DIGITS = new Uint8Array(256);
for (const [letter, digits] of Object.entries({ U: 32, X: 32, T: 48, Y: 48 })) {
  SCHEME_DIGITS[letter.charCodeAt(0)] = digits;
}
const LETTER_S = 'S'.charCodeAt(0);
const LETTER_R = 'R'.charCodeAt(0);
const LETTER_A = 'A'.charCodeAt(0);
const ZERO = 48;

/** @throws InputError LAYOUT_UNSUITED for nodes that only the parser reads: repetitions, PIN fields */
export function compilePlaces(layout: Layout): PlacesReader {
  const of: Record<string, number> = {};
  const steps = stepsOf(layout, of);
  return { of, size: 2 * Object.keys(of).length, read: rememberingShapes(steps) };
}

/** Shapes that a reader remembers, by the lowest bits of a message's size. */
const SHAPES = 8;
/** A shape gives way to another after so many misses in a row. */
const MISSES = 16;

/** Reads step by step what has another shape than the messages before. */
function rememberingShapes(steps: Step): PlacesReader['read'] {
  const shapes: (Shape | undefined)[] = new Array(SHAPES).fill(undefined);
  const misses = new Uint8Array(SHAPES).fill(MISSES);
  return (buffer, at, end, places) => {
    const size = end - at;
    const slot = size & (SHAPES - 1);
    const shape = shapes[slot];
    if (shape !== undefined && shape.size === size && shape.fits(buffer, at)) {
      misses[slot] = 0;
      return shape.place(places, at);
    }
    if (misses[slot]! < MISSES) {
      misses[slot]!++;
      return steps(buffer, at, end, places);
    }
    const record = new ShapeRecord();
    const stop = steps(buffer, at, end, places, record);
    if (stop === GIVE_UP) return GIVE_UP;
    shapes[slot] = record.shape(buffer, { at, end, stop, places });
    misses[slot] = 0;
    return stop;
  };
}

function stepsOf(layout: Layout, of: Record<string, number>): Step {
  const steps = (layout as readonly Node[]).map((node) => stepOf(node, of));
  return (buffer, at, end, places, record) => {
    let now = at;
    for (let i = 0; i < steps.length; i++) {
      now = steps[i]!(buffer, now, end, places, record);
      if (now < 0) return GIVE_UP;
    }
    return now;
  };
}

function stepOf(node: Node, of: Record<string, number>): Step {
  switch (node.node) {
    case 'field':
      return fieldStep(node, of);
    case 'key':
      return keyStep(node, of);
    case 'when': {
      const subject = placeOf(of, node.field);
      const holds = oneOf(node.is);
      const inner = stepsOf(node.then, of);
      return (buffer, at, end, places, record) => {
        const from = places[subject]!;
        const to = places[subject + 1]!;
        record?.exactly(from, to);
        return holds(buffer, from, to) ? inner(buffer, at, end, places, record) : at;
      };
    }
    case 'optional': {
      const inner = stepsOf(node.then, of);
      const delimiter = node.delimiter.charCodeAt(0);
      return (buffer, at, end, places, record) => {
        if (at < end) record?.exactly(at, at + 1);
        return at < end && buffer[at] === delimiter
          ? inner(buffer, at + 1, end, places, record)
          : at;
      };
    }
    default:
      throw unsuited(node.node);
  }
}

function fieldStep(node: FieldNode<string, unknown>, of: Record<string, number>): Step {
  const lengthOf = lengthReader(node.length, of);
  const place = newPlace(of, node.name);
  const mask = maskOf(node.chars);
  const chosen = node.choices === undefined ? undefined : oneOf(Object.keys(node.choices));
  if (typeof node.length === 'number' && chosen === undefined) {
    return fixedStep(node.length, mask, place);
  }
  // Every character is binary.
  const any = node.chars === 'binary';
  return (buffer, at, end, places, record) => {
    const to = at + lengthOf(buffer, at, end, places, record);
    if (to < at || to > end) return GIVE_UP;
    let all = mask;
    if (!any) for (let i = at; i < to; i++) all &= CHARACTERS[buffer[i]!]!;
    if (all === 0 || (chosen !== undefined && !chosen(buffer, at, to))) return GIVE_UP;
    if (chosen !== undefined) record?.exactly(at, to);
    else if (!any) record?.like(at, to, mask);
    places[place] = at;
    places[place + 1] = to;
    return to;
  };
}

/** The most usual field: so many characters of a class. */
function fixedStep(size: number, mask: number, place: number): Step {
  return (buffer, at, end, places, record) => {
    const to = at + size;
    if (to > end) return GIVE_UP;
    let all = mask;
    for (let i = at; i < to; i++) all &= CHARACTERS[buffer[i]!]!;
    if (all === 0) return GIVE_UP;
    record?.like(at, to, mask);
    places[place] = at;
    places[place + 1] = to;
    return to;
  };
}

/** Length at the cursor; below 0 where it cannot be told. */
function lengthReader(length: FieldLength, of: Record<string, number>): Step {
  if (typeof length === 'number') return () => length;
  if (length === 'pin' || 'until' in length || 'beforeEnd' in length) throw unsuited('length');
  if ('before' in length || 'der' in length || 'fromOrBlock' in length) throw unsuited('length');
  if ('first' in length || 'keptKey' in length) throw unsuited('length');
  if ('by' in length) {
    const subject = placeOf(of, length.by);
    const cases = Object.entries(length.of).map(([value, size]) => ({ is: oneOf([value]), size }));
    return (buffer, _, __, places, record) => {
      const from = places[subject]!;
      const to = places[subject + 1]!;
      record?.exactly(from, to);
      for (const { is, size } of cases) if (is(buffer, from, to)) return size;
      return length.otherwise;
    };
  }
  if ('blockOf' in length) {
    const token = placeOf(of, length.blockOf);
    return (buffer, _, __, places, record) => {
      const from = places[token]!;
      if (buffer[from] === LETTER_S) record?.exactly(from + 8, from + 9);
      return buffer[from] === LETTER_S && buffer[from + 8] === LETTER_A ? 32 : 16;
    };
  }
  if ('accountFor' in length) {
    const codes = length.accountFor.map((each) => placeOf(of, each));
    const { plus, aes, digits } = ACCOUNT_BY_FORMAT;
    const other = oneOf([plus, aes]);
    return (buffer, _, __, places, record) => {
      for (const code of codes) {
        record?.exactly(places[code]!, places[code + 1]!);
        if (other(buffer, places[code]!, places[code + 1]!)) return GIVE_UP;
      }
      return digits;
    };
  }
  const { from, radix = 10, times = 1, max } = length;
  const subject = placeOf(of, from);
  return (buffer, _, __, places, record) => {
    record?.exactly(places[subject]!, places[subject + 1]!);
    let size = 0;
    for (let i = places[subject]!; i < places[subject + 1]!; i++) {
      const digit = buffer[i]! - ZERO;
      size = size * radix + (digit > 9 ? digit - 7 : digit);
    }
    return size * times <= max ? size * times : GIVE_UP;
  };
}

function keyStep({ name, plain }: KeyNode, of: Record<string, number>): Step {
  if (typeof plain !== 'number') throw unsuited('plain');
  const place = newPlace(of, name);
  return (buffer, at, end, places, record) => {
    const first = at < end ? buffer[at]! : 0;
    let to: number;
    record?.exactly(at, at + 1);
    if (first === LETTER_S || first === LETTER_R) {
      if (at + 6 > end) return GIVE_UP;
      record?.exactly(at + 2, at + 6);
      // `S`, the version, four digits: the length of the block without the `S`.
      let size = 0;
      for (let i = at + 2; i < at + 6; i++) size = size * 10 + buffer[i]! - ZERO;
      to = at + 1 + size;
    } else {
      const digits = SCHEME_DIGITS[first]!;
      to = digits === 0 ? at + plain : at + 1 + digits;
    }
    if (to <= at || to > end) return GIVE_UP;
    places[place] = at;
    places[place + 1] = to;
    return to;
  };
}

/** Whether buffer[from, to) is one of the values, all of one length. */
function oneOf(
  values: readonly string[],
): (buffer: Uint8Array, from: number, to: number) => boolean {
  if (values.every(({ length }) => length === 1)) {
    const table = new Uint8Array(256);
    for (const value of values) table[value.charCodeAt(0)] = 1;
    return (buffer, from, to) => to === from + 1 && table[buffer[from]!] === 1;
  }
  if (values.length <= 2 && values.every(({ length }) => length === 2)) {
    const [a, b = a] = values.map((value) => (value.charCodeAt(0) << 8) | value.charCodeAt(1));
    return (buffer, from, to) => {
      const pair = (buffer[from]! << 8) | buffer[from + 1]!;
      return to === from + 2 && (pair === a || pair === b);
    };
  }
  const wanted = values.map((value) => Buffer.from(value, 'latin1'));
  return (buffer, from, to) => {
    for (const value of wanted) if (equal(value, buffer, from, to)) return true;
    return false;
  };
}

function equal(value: Uint8Array, buffer: Uint8Array, from: number, to: number): boolean {
  if (to - from !== value.length) return false;
  for (let i = 0; i < value.length; i++) if (buffer[from + i] !== value[i]) return false;
  return true;
}

function newPlace(of: Record<string, number>, name: string): number {
  of[name] ??= 2 * Object.keys(of).length;
  return of[name];
}

function placeOf(of: Readonly<Record<string, number>>, name: string): number {
  const place = of[name];
  if (place === undefined) throw unsuited(name);
  return place;
}

function unsuited(what: string): InputError {
  return new InputError('LAYOUT_UNSUITED', `only the parser reads this layout: ${what}`);
}
