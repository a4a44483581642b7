/**
 * Parser of a layout: nodes compiled once into steps over a cursor. It reads the text of the wire in
 * place, forward only, and never throws; what does not fit ends it with a reply code.
 */
import type { ReplyCode } from '@pinfold/hsm';
import { bytesOfWire } from '@pinfold/hsm';
import { allOf } from './chars.js';
import { derLength, keptKeyLength } from './kept-key.js';
import type { FieldLength, FieldNode, KeyNode, Layout, Node } from './nodes.js';
import { ACCOUNT_BY_FORMAT, LENGTH_OF_BLOCK, usageOf } from './nodes.js';

/** Longest key block in a command: 9999 characters do not fit where 32 KiB hold several. */
const LONGEST_KEY_BLOCK = 2_048;
/** Hexadecimal digits after each scheme letter of the variant schemes. */
const SCHEME_DIGITS: Readonly<Record<string, number>> = { U: 32, X: 32, T: 48, Y: 48 };

/** A key that is named by its place in user storage, of which there is none: K and an index, after a scheme. */
const STORED_KEY = /^[UTZXYS]?K[0-9A-F]{3}/;

export type Values = Record<string, unknown>;

/** Where a parser stands. One cursor is used again for every command. */
export class Cursor {
  text = '';
  at = 0;
  end = 0;
  values: Values = {};
  error: ReplyCode = '15';
  /** The field that did not fit, where one did not. */
  failed: string | undefined;
  /** Length of clear and enciphered PINs. */
  pinLength = 5;

  fail(code: ReplyCode = '15', field?: string): false {
    this.error = code;
    this.failed = field;
    return false;
  }
}

/** Takes what it is for; false with `error` set when it is not there. */
export type Step = (cursor: Cursor) => boolean;

export function compileParser(layout: Layout): Step {
  const steps = (layout as readonly Node[]).map(stepOf);
  return (cursor) => {
    for (const step of steps) if (!step(cursor)) return false;
    return true;
  };
}

function stepOf(node: Node): Step {
  switch (node.node) {
    case 'field':
      return fieldStep(node);
    case 'key':
      return keyStep(node);
    case 'literal':
      return (c) => {
        if (c.at >= c.end || c.text[c.at] !== node.text) return c.fail();
        c.at += 1;
        return true;
      };
    case 'when': {
      const inner = compileParser(node.then);
      const values = new Set(node.is);
      return (c) => !values.has(c.values[node.field] as string) || inner(c);
    }
    case 'when-usage': {
      const inner = compileParser(node.then);
      const usages = new Set<string | undefined>(node.is);
      return (c) => !usages.has(usageOf(c.values[node.key])) || inner(c);
    }
    case 'optional': {
      const inner = compileParser(node.then);
      return (c) => {
        if (c.at >= c.end || c.text[c.at] !== node.delimiter) return true;
        c.at += 1;
        return inner(c);
      };
    }
    case 'unless-end': {
      const inner = compileParser(node.then);
      return (c) => c.end - c.at <= node.leaving || inner(c);
    }
    case 'unless-next': {
      const inner = compileParser(node.then);
      return (c) => c.at >= c.end || node.characters.includes(c.text[c.at]!) || inner(c);
    }
    case 'repeat': {
      const inner = compileParser(node.of);
      return (c) => {
        const toEnd = node.count === undefined;
        const count = toEnd ? node.max : Number(c.values[node.count!]);
        if (!Number.isInteger(count) || count > node.max) return c.fail('92');
        const outer = c.values;
        const list: Values[] = [];
        let fits = true;
        for (let i = 0; i < count && fits && !(toEnd && c.at >= c.end); i++) {
          c.values = Object.create(outer) as Values;
          fits = inner(c);
          list.push({ ...c.values });
        }
        c.values = outer;
        c.values[node.name] = list;
        return fits;
      };
    }
  }
}

function fieldStep(node: FieldNode<string, unknown>): Step {
  const { name, chars, choices, error = '15', length } = node;
  const lengthOf = lengthReader(length);
  const until = typeof length === 'object' && 'until' in length;
  const account = typeof length === 'object' && 'accountFor' in length ? length.accountFor : [];
  return (c) => {
    const size = lengthOf(c);
    const skip = until || account.some((each) => c.values[each] === ACCOUNT_BY_FORMAT.aes) ? 1 : 0;
    const to = c.at + size;
    if (size < 0 || to > c.end) return c.fail('15', name);
    if (!allOf(chars, c.text, c.at, to)) return c.fail(error, name);
    const value = c.text.slice(c.at, to);
    if (choices !== undefined && !Object.hasOwn(choices, value)) return c.fail(error, name);
    c.values[name] = chars === 'binary' ? bytesOfWire(value) : value;
    c.at = to + skip;
    return true;
  };
}

/** Length at the cursor; -1 when it cannot be told or is beyond what is allowed. */
function lengthReader(length: FieldLength): (c: Cursor) => number {
  if (typeof length === 'number') return () => length;
  if (length === 'pin') return (c) => c.pinLength;
  if ('by' in length) {
    return (c) => length.of[c.values[length.by] as string] ?? length.otherwise;
  }
  if ('first' in length) return (c) => length.first[c.text[c.at] ?? ''] ?? length.otherwise;
  if ('blockOf' in length) return (c) => pinBlockDigits(c.values[length.blockOf] as string);
  if ('beforeEnd' in length) {
    return (c) => {
      const size = c.end - c.at - length.beforeEnd;
      return size <= length.max ? size : -1;
    };
  }
  if ('before' in length) {
    return (c) => {
      const limit = Math.min(c.end, c.at + length.max + 1);
      let at = c.at;
      while (at < limit && !length.before.includes(c.text[at]!)) at++;
      return at - c.at <= length.max ? at - c.at : -1;
    };
  }
  if ('der' in length) {
    return (c) => {
      const size = derLength(c.text, c.at, c.end);
      return size <= length.max ? size : -1;
    };
  }
  if ('keptKey' in length) {
    return (c) => {
      const size = keptKeyLength(c.text, c.at, c.end);
      return size <= length.max ? size : -1;
    };
  }
  if ('fromOrBlock' in length) {
    return (c) => {
      const stated = c.values[length.fromOrBlock] as string;
      const size =
        stated === LENGTH_OF_BLOCK ? keyBlockLength(c, length.max) : Number.parseInt(stated, 10);
      return size <= length.max ? size : -1;
    };
  }
  if ('accountFor' in length) {
    const delimited = untilReader(PAN_FIELD);
    return (c) => {
      const codes = length.accountFor.map((each) => c.values[each]);
      if (codes.includes(ACCOUNT_BY_FORMAT.aes)) return delimited(c);
      const { plus, plusDigits, digits } = ACCOUNT_BY_FORMAT;
      return codes.includes(plus) ? plusDigits : digits;
    };
  }
  if ('from' in length) {
    const { radix = 10, times = 1, max } = length;
    return (c) => {
      const size = Math.ceil(Number.parseInt(c.values[length.from] as string, radix) * times);
      return size <= max ? size : -1;
    };
  }
  return untilReader(length);
}

const PAN_FIELD = { until: ';', min: 12, max: 19 } as const;

/** Digits of a PIN block under the key of a token. */
export function pinBlockDigits(token: string): 16 | 32 {
  return token[0] === 'S' && token[8] === 'A' ? 32 : 16;
}

function untilReader(length: { until: string; min: number; max: number }): (c: Cursor) => number {
  return (c) => {
    const limit = Math.min(c.end, c.at + length.max + 1);
    for (let i = c.at; i < limit; i++) {
      if (c.text[i] === length.until) return i - c.at < length.min ? -1 : i - c.at;
    }
    return -1;
  };
}

function keyStep({ name, plain }: KeyNode): Step {
  return (c) => {
    const first = c.text[c.at];
    if (c.at >= c.end || first === undefined) return c.fail('15', name);
    if (STORED_KEY.test(c.text.slice(c.at, c.at + 5))) return c.fail('12', name);
    const size =
      first === 'S' || first === 'R'
        ? keyBlockLength(c, LONGEST_KEY_BLOCK)
        : variantLength(c, first, plain);
    const to = c.at + size;
    if (size < 0 || to > c.end) return c.fail('15', name);
    c.values[name] = c.text.slice(c.at, to);
    c.at = to;
    return true;
  };
}

function variantLength(c: Cursor, first: string, plain: KeyNode['plain']): number {
  const scheme = SCHEME_DIGITS[first];
  const digitCount =
    scheme ?? (typeof plain === 'number' ? plain : plain.of[c.values[plain.by] as string]) ?? -1;
  const from = c.at + (scheme === undefined ? 0 : 1);
  const to = from + digitCount;
  if (digitCount < 0 || to > c.end || !allOf('hex', c.text, from, to)) return -1;
  return to - c.at;
}

/** `S` or `R` and a key block, whose second to fifth characters are its length. */
function keyBlockLength(c: Cursor, longest: number): number {
  const from = c.at + 2;
  if (from + 4 > c.end || !allOf('digits', c.text, from, from + 4)) return -1;
  const size = Number(c.text.slice(from, from + 4));
  if (size < 16 || size > longest || c.at + 1 + size > c.end) return -1;
  return allOf('text', c.text, c.at, c.at + 1 + size) ? 1 + size : -1;
}
