/**
 * Optional blocks of a key block header.
 *
 *   id (2 characters)  length (2 hexadecimal digits, counting id and length)  data
 *   or, longer than 255:  id  00  length of the length in bytes (02)  length (4 hexadecimal digits)
 *    data
 *
 * ANSI X9.143:2022 clause 6.3.6. Data of every block, known or not, is kept as it stands.
 */
import { InputError } from '@pinfold/crypto';
import type { KeyBlockReason } from './reasons.js';

/** Identifier and data, the data without identifier and length. */
export type OptionalBlock = readonly [id: string, data: string];

const hex = (min: number, max = min) => new RegExp(`^(?:[0-9A-F]{2}){${min},${max}}$`);
const printable = /^[\x20-\x7E]*$/;
const time =
  /^\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d(?:\d\d)?Z$/;
const checkValue = /^0[01](?:[0-9A-F]{2}){2,5}$/;

/**
 * Blocks that X9.143 defines, with the form of their data. Others (numeric ids are proprietary)
 * take any printable data.
 */
export const OPTIONAL_BLOCKS = {
  AL: { name: 'Asymmetric key life', data: /^01[0-9A-F]{2}$/ },
  BI: { name: 'Base derivation key identifier', data: /^(?:00[0-9A-F]{10}|01[0-9A-F]{8})$/ },
  CT: { name: 'Public key certificate', data: /^0[0-2][\x20-\x7E]+$/ },
  DA: { name: 'Derivations allowed', data: /^01(?:[0-9A-Z]{2}[0-9A-Z][0-9A-Z][0-9A-Z])+$/ },
  FL: { name: 'Flags', data: printable },
  HM: { name: 'HMAC hash algorithm', data: /^(?:10|2[0-5]|3[0-3]|4[01])$/ },
  IK: { name: 'Initial key identifier (AES DUKPT)', data: hex(8) },
  KC: { name: 'Check value of the wrapped key', data: checkValue },
  KP: { name: 'Check value of the protection key', data: checkValue },
  KS: { name: 'Key set identifier (TDES DUKPT)', data: hex(8, 10) },
  KV: { name: 'Key block values version', data: /^[0-9A-Z]{4}$/ },
  LB: { name: 'Label', data: printable },
  PA: { name: 'Protection key block attributes', data: printable },
  PB: { name: 'Padding', data: printable },
  PK: { name: 'Check value of the export protection key', data: checkValue },
  TC: { name: 'Time of creation', data: time },
  TS: { name: 'Time stamp', data: time },
  WP: { name: 'Wrapping pedigree', data: /^00[0-3]$/ },
} as const satisfies Record<string, { name: string; data: RegExp }>;

/** Two digits of count: X9.143 has no more. */
export const MAX_OPTIONAL_BLOCKS = 99;

/**
 * The blocks as text, a padding block (PB, zeros) last if the total is not a multiple of
 * `blockBytes`. A PB among `blocks` stays when it fits, and is made anew when it does not.
 * @throws InputError BLOCK_ID, BLOCK_DATA, BLOCK_REPEATED, BLOCK_COUNT
 */
export function buildOptionalBlocks(
  blocks: readonly OptionalBlock[],
  blockBytes: number,
): { count: number; text: string } {
  const seen = new Set<string>();
  for (const [id, data] of blocks) {
    if (typeof id !== 'string' || !/^[0-9A-Z]{2}$/.test(id)) {
      throw new InputError('BLOCK_ID', 'an optional block identifier must be two of 0-9 and A-Z');
    }
    if (seen.has(id)) throw new InputError('BLOCK_REPEATED', 'an optional block may occur once');
    seen.add(id);
    if (typeof data !== 'string' || data.length > 9999 || !dataPattern(id).test(data)) {
      throw new InputError(
        'BLOCK_DATA',
        `optional block data must match ${dataPattern(id).source}`,
      );
    }
  }
  const padded = seen.has('PB')
    ? [...blocks.filter(notPadding), ...blocks.filter(isPadding)]
    : blocks;
  const whole = joined(padded);
  const fits = whole.length % blockBytes === 0;
  const rest = fits ? whole : joined(blocks.filter(notPadding));
  const count = fits ? padded.length : blocks.filter(notPadding).length;
  const text = rest + paddingFor(rest.length, blockBytes);
  const total = count + (text.length > rest.length ? 1 : 0);
  if (total > MAX_OPTIONAL_BLOCKS) {
    throw new InputError('BLOCK_COUNT', 'a header has at most 99 optional blocks');
  }
  return { count: total, text };
}

function dataPattern(id: string): RegExp {
  return Object.hasOwn(OPTIONAL_BLOCKS, id)
    ? OPTIONAL_BLOCKS[id as keyof typeof OPTIONAL_BLOCKS].data
    : printable;
}

const isPadding = ([id]: OptionalBlock) => id === 'PB';
const notPadding = (block: OptionalBlock) => !isPadding(block);
const joined = (blocks: readonly OptionalBlock[]) => blocks.map(encoded).join('');

function encoded([id, data]: OptionalBlock): string {
  const short = data.length + 4;
  if (short <= 255) return `${id}${upperHex(short, 2)}${data}`;
  return `${id}0002${upperHex(data.length + 10, 4)}${data}`;
}

/** A PB block that brings `length` to a multiple of `blockBytes`, or nothing. */
function paddingFor(length: number, blockBytes: number): string {
  if (length % blockBytes === 0) return '';
  const zeros = (blockBytes - ((length + 4) % blockBytes)) % blockBytes;
  return encoded(['PB', '0'.repeat(zeros)]);
}

function upperHex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

/**
 * Blocks read from `text` at `start`: their list and the offset after them, or the reason of a
 * refusal.
 */
export function parseOptionalBlocks(
  text: string,
  start: number,
  count: number,
): { blocks: OptionalBlock[]; end: number } | KeyBlockReason {
  const blocks: OptionalBlock[] = [];
  const seen = new Set<string>();
  let at = start;
  for (let i = 0; i < count; i++) {
    const id = text.slice(at, at + 2);
    const size = sizeAt(text, at);
    if (!/^[0-9A-Z]{2}$/.test(id) || size === undefined || at + size.total > text.length) {
      return 'BLOCK_MALFORMED';
    }
    if (seen.has('PB')) return 'BLOCK_MISPLACED';
    if (seen.has(id)) return 'BLOCK_REPEATED';
    seen.add(id);
    blocks.push([id, text.slice(at + size.head, at + size.total)]);
    at += size.total;
  }
  return { blocks, end: at };
}

/**
 * Length of the block at `at` and of its head (identifier and length), or undefined when malformed.
 */
function sizeAt(text: string, at: number): { head: number; total: number } | undefined {
  const short = text.slice(at + 2, at + 4);
  if (!/^[0-9A-F]{2}$/.test(short)) return undefined;
  if (short !== '00') {
    const total = Number.parseInt(short, 16);
    return total < 4 ? undefined : { head: 4, total };
  }
  // Only a two-byte length can occur: a key block has at most 9999 characters.
  const extended = /^02([0-9A-F]{4})$/.exec(text.slice(at + 4, at + 10))?.[1];
  if (extended === undefined) return undefined;
  const total = Number.parseInt(extended, 16);
  return total < 10 ? undefined : { head: 10, total };
}
