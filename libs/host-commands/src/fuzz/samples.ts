/**
 * Commands made from their layouts for fuzzing: first valid, then with one thing broken. Random bytes
 * alone would test nothing: almost none pass the first field.
 */

import { bytesOfWire } from '@pinfold/hsm';
import type { ReadyCommand } from '../declare.js';
import type { CharClass, FieldLength, FieldNode, Layout, Node } from '../layout/nodes.js';
import { ACCOUNT_BY_FORMAT, usageOf } from '../layout/nodes.js';
import { pinBlockDigits, type Values } from '../layout/parse.js';

/** Numbers from 0 up to below 1, repeatable from a seed (mulberry32). */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface SampleOptions {
  readonly random: () => number;
  readonly pinLength: number;
  /** A token that opens for a role or a type; undefined leaves a random one. */
  readonly keyFor: (wanted: string) => string | undefined;
}

const ALPHABETS: Record<CharClass, string> = {
  digits: '0123456789',
  hex: '0123456789ABCDEF',
  alnum: '0123456789ABCDEFGHJKLMNP',
  text: '0123456789ABCDEFUXTYS;%#',
  binary: '',
};
/** Fields whose values must be known ones to get past the first check. */
const USUAL: Readonly<Record<string, readonly string[]>> = {
  keyType: ['001', '002', '003', '008', '00A', '00B', '009', '000', 'FFF'],
  newKeyType: ['00A', '00B'],
  typeCode: ['00', '01', '02', '03', '08', 'FF'],
  schemeLmk: ['U', 'X', 'T', 'Z', 'S'],
  schemeOut: ['U', 'X', 'R', 'Z'],
  schemeZmk: ['U', 'X', 'Z'],
  format: ['01', '02', '03', '05', '47'],
  sourceFormat: ['01', '03', '05', '47'],
  destinationFormat: ['01', '03', '05', '47'],
  maxPinLength: ['12'],
  checkLength: ['04', '06'],
  ksnDescriptor: ['609'],
  count: ['2', '3'],
  keyLength: ['0512'],
  exponentLength: ['0008', '0017'],
};

/** Hexadecimal fields that mostly hold digits. */
const DIGITS_ENOUGH = new Set(['decimalisationTable', 'validationData', 'offset', 'table']);

/** Values that fit the layout. */
export function sampleValues(layout: Layout, o: SampleOptions, outer: Values = {}): Values {
  const values: Values = { ...outer };
  for (const node of layout as readonly Node[]) addSample(node, values, o);
  return values;
}

/** A command without header, as its layout wants it. */
export function sampleCommand(command: ReadyCommand, o: SampleOptions): string {
  return command.code + command.build(sampleValues(command.request, o), o.pinLength);
}

function addSample(node: Node, values: Values, o: SampleOptions): void {
  switch (node.node) {
    case 'field':
      values[node.name] = sampleField(node, values, o);
      return;
    case 'key': {
      const wanted = typeof node.role === 'string' ? node.role : String(values[node.role.typeFrom]);
      values[node.name] = o.keyFor(wanted) ?? `U${pick('hex', 32, o.random)}`;
      return;
    }
    case 'when':
      if (node.is.includes(values[node.field] as string)) {
        Object.assign(values, sampleValues(node.then, o, values));
      }
      return;
    case 'when-usage':
      if (node.is.includes(usageOf(values[node.key]) ?? '')) {
        Object.assign(values, sampleValues(node.then, o, values));
      }
      return;
    case 'optional':
    case 'unless-end':
    case 'unless-next':
      if (o.random() < 0.3) Object.assign(values, sampleValues(node.then, o, values));
      return;
    case 'repeat': {
      const count = Math.min(Number(values[node.count ?? ''] ?? 1), node.max);
      values[node.name] = Array.from({ length: count }, () => sampleValues(node.of, o, values));
      return;
    }
    case 'literal':
  }
}

function sampleField(
  node: FieldNode<string, unknown>,
  values: Values,
  o: SampleOptions,
): string | Uint8Array {
  const { random } = o;
  if (node.choices !== undefined) return oneOf(Object.keys(node.choices), random);
  const whole = sampleWhole(node, values, o);
  if (whole !== undefined) return whole;
  const size = sampleLength(node.length, values, o);
  const usual = USUAL[node.name]?.filter((each) => each.length === size);
  if (usual !== undefined && usual.length > 0) return oneOf(usual, random);
  if (/length$/i.test(node.name))
    return String(Math.floor(random() * 9) * 2)
      .padStart(size, '0')
      .slice(-size);
  if (node.error === '22' || DIGITS_ENOUGH.has(node.name)) return pick('digits', size, random);
  if (node.name === 'panPsn') return new Uint8Array(Buffer.from(pick('digits', 16, random), 'hex'));
  if (node.chars === 'binary')
    return Uint8Array.from({ length: size }, () => Math.floor(random() * 256));
  return pick(node.chars, size, random);
}

/** Fields that are nothing cut to a length: RSA keys. */
function sampleWhole(
  { name, length }: FieldNode<string, unknown>,
  values: Values,
  o: SampleOptions,
): string | Uint8Array | undefined {
  if (typeof length !== 'object') return undefined;
  if ('first' in length) return sampleLed(length, o.random);
  if ('keptKey' in length) return bytesOfWire(o.keyFor('rsaKept') ?? '');
  if ('der' in length) return bytesOfWire(o.keyFor('rsaPublic') ?? '');
  if (!('fromOrBlock' in length)) return undefined;
  const named = o.keyFor(name === 'privateKey' ? 'rsaPrivate' : 'hmac') ?? '0000|';
  values[length.fromOrBlock] = named.slice(0, 4);
  return bytesOfWire(named.slice(5));
}

/** Digits, or one of the letters that say another length and what may follow it. */
function sampleLed(
  { first, otherwise }: Extract<FieldLength, { readonly first: unknown }>,
  random: () => number,
): string {
  const led = random() < 0.3 ? oneOf(Object.entries(first), random) : undefined;
  if (led === undefined) return pick('digits', otherwise, random);
  const [letter, size] = led;
  return letter + pick('hex', size - 1, random);
}

function sampleLength(length: FieldLength, values: Values, o: SampleOptions): number {
  if (typeof length === 'number') return length;
  if (length === 'pin') return o.pinLength;
  if ('by' in length) return length.of[values[length.by] as string] ?? length.otherwise;
  if ('first' in length) return length.otherwise;
  if ('from' in length) {
    const stated = Number.parseInt(values[length.from] as string, length.radix ?? 10);
    return Math.ceil(stated * (length.times ?? 1));
  }
  if ('blockOf' in length) return pinBlockDigits(values[length.blockOf] as string);
  if ('accountFor' in length) {
    const codes = length.accountFor.map((each) => values[each]);
    if (codes.includes(ACCOUNT_BY_FORMAT.aes)) return 16;
    return codes.includes(ACCOUNT_BY_FORMAT.plus) ? 18 : 12;
  }
  if ('beforeEnd' in length || 'before' in length) {
    return Math.floor(o.random() * Math.min(40, length.max));
  }
  if ('der' in length || 'fromOrBlock' in length || 'keptKey' in length) return 0;
  return length.min + Math.floor(o.random() * (length.max - length.min + 1));
}

const oneOf = <T>(values: readonly T[], random: () => number): T =>
  values[Math.floor(random() * values.length)]!;

function pick(chars: CharClass, size: number, random: () => number): string {
  const alphabet = ALPHABETS[chars];
  let text = '';
  for (let i = 0; i < size; i++) text += alphabet[Math.floor(random() * alphabet.length)];
  return text;
}

/** Ways to break a command, each leaving the two letters alone. */
export const MUTATIONS: Readonly<Record<string, (text: string, random: () => number) => string>> = {
  none: (text) => text,
  character: (text, random) => {
    if (text.length === 2) return text;
    const at = 2 + Math.floor(random() * (text.length - 2));
    const character = String.fromCharCode(Math.floor(random() * 256));
    return text.slice(0, at) + character + text.slice(at + 1);
  },
  cut: (text, random) => text.slice(0, 2 + Math.floor(random() * (text.length - 1))),
  longer: (text, random) => text + pick('text', 1 + Math.floor(random() * 40), random),
  swapped: (text, random) => {
    const at = 2 + Math.floor(random() * Math.max(1, text.length - 2));
    return text.slice(0, 2) + text.slice(at) + text.slice(2, at);
  },
  doubled: (text, random) => {
    const at = 2 + Math.floor(random() * Math.max(1, text.length - 2));
    return text.slice(0, at) + text.slice(Math.max(2, at - 8));
  },
  random: (text, random) => {
    let out = text.slice(0, 2);
    for (let i = Math.floor(random() * 80); i > 0; i--) {
      out += String.fromCharCode(Math.floor(random() * 256));
    }
    return out;
  },
};
