/**
 * A public key as a host keeps it and gives it back, in one of three forms:
 *
 *   `S` and a key block                       under a key-block LMK, as EO gives it
 *   MAC (4) | DER | authentication data       under the variant LMK
 *   MAC (4) | authentication data | `;` | DER the same in EY of older firmware
 *
 * Authentication data ends where one of the characters of `END_OF_FIELDS` comes, or the message.
 */
import { bytesOfWire } from '@pinfold/hsm';
import { END_OF_FIELDS } from './nodes.js';

const MAC_BYTES = 4;
const BLOCK = /^S[01]\d{4}/;
const BLOCK_HEAD = 6;
const SEQUENCE = '0';
const INTEGER = '\x02';
const OLD_DELIMITER = ';';

export type KeptKeyParts =
  | { readonly block: Uint8Array }
  | {
      readonly mac: Uint8Array;
      readonly publicKey: Uint8Array;
      readonly authentication: Uint8Array;
    };

interface Places {
  readonly publicKey: readonly [number, number];
  readonly authentication: readonly [number, number];
  readonly end: number;
}

/** Length of what stands at a place; -1 where it is none of the forms. */
export function keptKeyLength(text: string, at: number, end: number): number {
  const head = text.slice(at, Math.min(end, at + BLOCK_HEAD));
  if (BLOCK.test(head)) {
    const size = 1 + Number(head.slice(2));
    if (at + size <= end && isEnd(text, at + size, end)) return size;
  }
  const places = placesOf(text, at, end);
  return places === undefined ? -1 : places.end - at;
}

/** The parts of a value that has one of the forms; undefined for anything else. */
export function keptKeyParts(text: string): KeptKeyParts | undefined {
  if (BLOCK.test(text) && text.length === 1 + Number(text.slice(2, BLOCK_HEAD))) {
    return { block: bytesOfWire(text) };
  }
  const places = placesOf(text, 0, text.length);
  if (places?.end !== text.length) return undefined;
  return {
    mac: bytesOfWire(text.slice(0, MAC_BYTES)),
    publicKey: bytesOfWire(text.slice(...places.publicKey)),
    authentication: bytesOfWire(text.slice(...places.authentication)),
  };
}

function placesOf(text: string, at: number, end: number): Places | undefined {
  const from = at + MAC_BYTES;
  if (from > end) return undefined;
  const first = keyEnd(text, from, end);
  if (first > 0) {
    const to = dataEnd(text, first, end);
    return { publicKey: [from, first], authentication: [first, to], end: to };
  }
  const to = dataEnd(text, from, end);
  const last = text[to] === OLD_DELIMITER ? keyEnd(text, to + 1, end) : -1;
  return last < 0
    ? undefined
    : { publicKey: [to + 1, last], authentication: [from, to], end: last };
}

/** Where the DER of a public key ends that begins at a place; -1 where none does. */
function keyEnd(text: string, at: number, end: number): number {
  if (text[at] !== SEQUENCE) return -1;
  const size = derLength(text, at, end);
  const head = text.charCodeAt(at + 1) < 0x80 ? 2 : 2 + (text.charCodeAt(at + 1) & 0x7f);
  return size > head && at + size <= end && text[at + head] === INTEGER ? at + size : -1;
}

function dataEnd(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && !END_OF_FIELDS.includes(text[at]!)) at++;
  return at;
}

function isEnd(text: string, at: number, end: number): boolean {
  return at === end || END_OF_FIELDS.includes(text[at]!);
}

/** Length of a DER element with its header (up to 64 KiB); -1 where there is none. */
export function derLength(text: string, at: number, end: number): number {
  if (at + 2 > end) return -1;
  const first = text.charCodeAt(at + 1);
  if (first < 0x80) return 2 + first;
  const size = first & 0x7f;
  if (size < 1 || size > 2 || at + 2 + size > end) return -1;
  const high = size === 2 ? text.charCodeAt(at + 2) << 8 : 0;
  return 2 + size + high + text.charCodeAt(at + 1 + size);
}
