/**
 * Builder of a layout: values in, text of the wire out. Used for replies by the service and for
 * commands by the client and the fuzzer; what it makes, the parser reads.
 */
import { InputError, wireOfBytes } from '@pinfold/hsm';
import { allOf } from './chars.js';
import {
  ACCOUNT_BY_FORMAT,
  type FieldLength,
  type FieldNode,
  type Layout,
  LENGTH_OF_BLOCK,
  type Node,
  usageOf,
} from './nodes.js';
import { pinBlockDigits, type Values } from './parse.js';

/** Appends the fields of `values`. @throws InputError FIELD_MISSING, FIELD_LENGTH, FIELD_CHARACTERS */
export type Builder = (values: Values, pinLength: number) => string;

export function compileBuilder(layout: Layout): Builder {
  const parts = (layout as readonly Node[]).map(partOf);
  return (values, pinLength) => {
    let text = '';
    for (const part of parts) text += part(values, pinLength);
    return text;
  };
}

function partOf(node: Node): Builder {
  switch (node.node) {
    case 'field':
      return fieldPart(node);
    case 'key':
      return (values) => textOf(values, node.name);
    case 'literal':
      return () => node.text;
    case 'when': {
      const inner = compileBuilder(node.then);
      const wanted = new Set(node.is);
      return (values, pin) => (wanted.has(values[node.field] as string) ? inner(values, pin) : '');
    }
    case 'when-usage': {
      const inner = compileBuilder(node.then);
      const wanted = new Set<string | undefined>(node.is);
      return (values, pin) => (wanted.has(usageOf(values[node.key])) ? inner(values, pin) : '');
    }
    case 'unless-end':
    case 'unless-next':
    case 'optional': {
      const inner = compileBuilder(node.then);
      const names = namesOf(node.then);
      const before = node.node === 'optional' ? node.delimiter : '';
      // An empty group is its delimiter alone; it is written only where a later group needs it.
      return (values, pin) =>
        names.some((name) => values[name] !== undefined) ? before + inner(values, pin) : '';
    }
    case 'repeat': {
      const inner = compileBuilder(node.of);
      return (values, pin) =>
        ((values[node.name] ?? []) as Values[])
          .map((item) => inner({ ...values, ...item }, pin))
          .join('');
    }
  }
}

function fieldPart(node: FieldNode<string, unknown>): Builder {
  const { name, chars, length } = node;
  const delimiter = typeof length === 'object' && 'until' in length ? length.until : '';
  const account = typeof length === 'object' && 'accountFor' in length ? length.accountFor : [];
  return (values, pinLength) => {
    const text = chars === 'binary' ? binaryOf(values, name) : textOf(values, name);
    if (!fits(text, length, values, pinLength)) {
      throw new InputError('FIELD_LENGTH', `field ${name} has another length`);
    }
    if (!allOf(chars, text, 0, text.length)) {
      throw new InputError('FIELD_CHARACTERS', `field ${name} must be ${chars}`);
    }
    const whole = account.some((each) => values[each] === ACCOUNT_BY_FORMAT.aes);
    return whole ? `${text};` : text + delimiter;
  };
}

function fits(text: string, length: FieldLength, values: Values, pinLength: number): boolean {
  const { length: size } = text;
  if (typeof length === 'number') return size === length;
  if (length === 'pin') return size === pinLength;
  if ('by' in length) return size === (length.of[values[length.by] as string] ?? length.otherwise);
  if ('first' in length) return size === (length.first[text[0] ?? ''] ?? length.otherwise);
  if ('blockOf' in length) return size === pinBlockDigits(textOf(values, length.blockOf));
  if ('beforeEnd' in length || 'before' in length) return size <= length.max;
  if ('der' in length || 'keptKey' in length) return size <= length.max;
  if ('fromOrBlock' in length) {
    const stated = values[length.fromOrBlock];
    return size <= length.max && (stated === LENGTH_OF_BLOCK || size === Number(stated));
  }
  if ('accountFor' in length) {
    const codes = length.accountFor.map((each) => values[each]);
    if (codes.includes(ACCOUNT_BY_FORMAT.aes)) return size >= 12 && size <= 19;
    return size === (codes.includes(ACCOUNT_BY_FORMAT.plus) ? 18 : 12);
  }
  if ('from' in length) {
    const { radix = 10, times = 1, max } = length;
    const stated = Math.ceil(Number.parseInt(values[length.from] as string, radix) * times);
    return size === stated && size <= max;
  }
  return size >= length.min && size <= length.max;
}

function textOf(values: Values, name: string): string {
  const value = values[name];
  if (typeof value !== 'string') throw new InputError('FIELD_MISSING', `field ${name} is missing`);
  return value;
}

function binaryOf(values: Values, name: string): string {
  const value = values[name];
  if (!(value instanceof Uint8Array)) {
    throw new InputError('FIELD_MISSING', `field ${name} must be bytes`);
  }
  return wireOfBytes(value);
}

/** The names of all fields in a layout. */
export function namesOf(layout: Layout): string[] {
  return (layout as readonly Node[]).flatMap((node) => {
    if ('then' in node) return namesOf(node.then);
    return node.node === 'literal' ? [] : [node.name];
  });
}
