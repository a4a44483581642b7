/**
 * What may follow the fields of a message, each at most once, in this order on real devices and in any
 * here:
 *
 *   %ii            LMK identifier
 *   #…             header of the key block to be made under the LMK: usage (2), algorithm and length (2,
 *                  A0 alone), mode of use, version (2), exportability, optional blocks (2); for private
 *                  keys version and optional blocks, for public ones mode of use, version, exportability
 *                  and optional blocks
 *   &…             header of the block that leaves: exportability alone, or usage (2), mode of use, version
 *                  (2), exportability, optional blocks (2)
 *   !…             version of the block that leaves, B or D; BW: whether and which check value follows
 *   X'19' and up to 32 characters: sent back
 */
import type { KeyAttributes, MadeAttributes, PublicKeyHeader, ReplyCode } from '@pinfold/hsm';
import type { ReadyCommand } from '../declare.js';

const TRAILER = '\x19';
const TRAILER_MAX = 32;
const STARTS = `%#&!${TRAILER}`;
/** Number of optional blocks: none are served. */
const NO_BLOCKS = '00';

const KEY_BYTES_OF_ALGORITHM: Readonly<Record<string, number>> = {
  D: 8,
  T1: 8,
  T2: 16,
  T3: 24,
  A1: 16,
  A2: 24,
  A3: 32,
};

export interface Tail {
  lmkId?: string;
  attributes?: MadeAttributes;
  privateKeyVersion?: string;
  publicKey?: PublicKeyHeader;
  exported?: Partial<KeyAttributes>;
  blockVersion?: string;
  trailer: string;
}

/** Reads text[from, to); a reply code where it is not what may stand there. */
export function readTail(
  { attributes }: Pick<ReadyCommand, 'attributes'>,
  text: string,
  from: number,
  to: number,
): Tail | ReplyCode {
  const tail: Tail = { trailer: '' };
  let at = from;
  while (at < to && text[at] !== TRAILER) {
    let end = at + 1;
    while (end < to && !STARTS.includes(text[end]!)) end++;
    const fault = take(tail, text[at]!, text.slice(at + 1, end), attributes);
    if (fault !== undefined) return fault;
    at = end;
  }
  if (to - at > 1 + TRAILER_MAX) return '15';
  tail.trailer = text.slice(at, to);
  return tail;
}

function take(
  tail: Tail,
  start: string,
  body: string,
  attributes: ReadyCommand['attributes'],
): ReplyCode | undefined {
  if (start === '%') {
    if (!/^\d\d$/.test(body) || tail.lmkId !== undefined) return '13';
    tail.lmkId = body;
    return undefined;
  }
  if (attributes === undefined || attributes === false) return '15';
  if (start === '#' && attributes === 'private key') {
    if (!/^\d{4}$/.test(body)) return 'A9';
    if (body.slice(2) !== NO_BLOCKS) return 'AB';
    tail.privateKeyVersion = body.slice(0, 2);
    return undefined;
  }
  if (attributes === 'public key') return start === '#' ? publicKeyInto(tail, body) : '15';
  if (start === '#') return attributesInto(tail, body);
  if (start === '&') return exportedInto(tail, body);
  if (start === '!' && /^[A-E]$|^0$|^1[01]$/.test(body)) {
    tail.blockVersion = body;
    return undefined;
  }
  return '15';
}

/** Ten characters with algorithm and length, or eight without. */
function attributesInto(tail: Tail, body: string): ReplyCode | undefined {
  const withAlgorithm = body.length === 10;
  if (!withAlgorithm && body.length !== 8) return '15';
  const algorithm = withAlgorithm ? body.slice(2, 4) : undefined;
  const rest = readHeader(body.slice(0, 2) + body.slice(withAlgorithm ? 4 : 2));
  if (typeof rest === 'string') return rest;
  if (algorithm === undefined) {
    tail.attributes = rest;
    return undefined;
  }
  const length = KEY_BYTES_OF_ALGORITHM[algorithm] ?? KEY_BYTES_OF_ALGORITHM[algorithm[0]!];
  if (length === undefined) return 'A7';
  tail.attributes = { ...rest, algorithm: algorithm[0]!, length };
  return undefined;
}

/** Mode of use, version (2), exportability, optional blocks (2). */
function publicKeyInto(tail: Tail, body: string): ReplyCode | undefined {
  const [modeOfUse, keyVersion] = [body.slice(0, 1), body.slice(1, 3)];
  if (!/^[VEN]$/.test(modeOfUse)) return 'A8';
  if (!/^[0-9A-Za-z]{2}$/.test(keyVersion)) return 'A9';
  if (!/^[ENS]$/.test(body.slice(3, 4))) return 'AA';
  if (body.slice(4) !== NO_BLOCKS) return 'AB';
  tail.publicKey = { modeOfUse, keyVersion, exportability: body.slice(3, 4) };
  return undefined;
}

function exportedInto(tail: Tail, body: string): ReplyCode | undefined {
  if (/^[ENS]$/.test(body)) {
    tail.exported = { exportability: body };
    return undefined;
  }
  if (body.length !== 8) return 'AA';
  const header = readHeader(body);
  if (typeof header === 'string') return header;
  tail.exported = header;
  return undefined;
}

/** Usage (2), mode of use, version (2), exportability, optional blocks (2). */
function readHeader(text: string): Omit<KeyAttributes, 'algorithm'> | ReplyCode {
  const [usage, modeOfUse, keyVersion] = [text.slice(0, 2), text.slice(2, 3), text.slice(3, 5)];
  const exportability = text.slice(5, 6);
  if (!/^[0-9A-Z]{2}$/.test(usage)) return 'A6';
  if (!/^[0-9A-Za-z]{2}$/.test(keyVersion)) return 'A9';
  if (!/^[ENS]$/.test(exportability)) return 'AA';
  if (text.slice(6) !== NO_BLOCKS) return 'AB';
  return { usage, modeOfUse, keyVersion, exportability };
}

/**
 * A trailer is sent back with a refusal too, where the end of the message is one: X'19' and printable
 * characters. Binary fields may hold X'19' as well.
 */
export function lastTrailer(text: string, from: number, to: number): string {
  const least = Math.max(from, to - 1 - TRAILER_MAX);
  for (let i = to - 1; i >= least; i--) {
    if (text[i] === TRAILER) return text.slice(i, to);
    if (text[i]! < ' ' || text[i]! > '~') return '';
  }
  return '';
}
