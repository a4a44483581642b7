/**
 * The 16-character header of a key block and its optional blocks. ANSI X9.143:2022 clause 6.3.
 *
 *   0 version | 1-4 length of the whole block, decimal | 5-6 usage | 7 algorithm | 8 mode of use
 *   9-10 key version | 11 exportability | 12-13 number of optional blocks | 14-15 reserved
 *
 * Bytes 14 and 15 are "00" in TR-31, key context and a zero in X9.143, and the LMK identifier in
 * payShield key blocks.
 */
import { InputError, ok, type Result, refused, requireInteger } from '@pinfold/crypto';
import { buildOptionalBlocks, type OptionalBlock, parseOptionalBlocks } from './optional-blocks.js';
import type { KeyBlockReason, KeyBlockRefusal } from './reasons.js';
import { ALGORITHMS, EXPORTABILITY, keyUsageRow, MODES_OF_USE } from './usages.js';
import { type KeyBlockVersion, type KeyBlockVersionRow, versionRow } from './versions.js';

/** A parsed header: every field as it stands in the block. */
export interface KeyBlockHeader {
  version: KeyBlockVersion;
  /** Two characters of KEY_USAGES (`P0`, `B0`, …) or two digits (proprietary). */
  usage: string;
  /** One letter of ALGORITHMS. */
  algorithm: string;
  /** One letter of MODES_OF_USE. */
  modeOfUse: string;
  /** `00` not used, `c…` component number, else the key's version. */
  keyVersion: string;
  /** `E`, `N` or `S`. */
  exportability: string;
  reserved: string;
  blocks: readonly OptionalBlock[];
}

/**
 * A header to wrap with: what is left out gets a default (key version 00, not exportable, reserved
 * 00, no blocks).
 */
export type KeyBlockHeaderInput = Pick<
  KeyBlockHeader,
  'version' | 'usage' | 'algorithm' | 'modeOfUse'
> &
  Partial<KeyBlockHeader>;

export const HEADER_LENGTH = 16;

/** Longest block: four digits of length. */
export const MAX_KEY_BLOCK_LENGTH = 9999;

/** All fields, defaults filled in. */
export function completeHeader(input: KeyBlockHeaderInput): KeyBlockHeader {
  return {
    version: input.version,
    usage: input.usage,
    algorithm: input.algorithm,
    modeOfUse: input.modeOfUse,
    keyVersion: input.keyVersion ?? '00',
    exportability: input.exportability ?? 'N',
    reserved: input.reserved ?? '00',
    blocks: input.blocks ?? [],
  };
}

/**
 * The header as text, for a block whose part after the header has `bodyLength` characters.
 * @throws InputError HEADER_INVALID with the reason in the message, BLOCK_… for optional blocks,
 * KEY_BLOCK_LENGTH
 */
export function buildHeader(
  input: KeyBlockHeaderInput,
  { bodyLength, proprietary = false }: { bodyLength: number; proprietary?: boolean },
): string {
  requireInteger(bodyLength, {
    min: 0,
    max: MAX_KEY_BLOCK_LENGTH,
    code: 'KEY_BLOCK_LENGTH',
    name: 'bodyLength',
  });
  const header = completeHeader(input);
  const row = versionRow(header.version);
  const fault = row === undefined ? 'VERSION_UNKNOWN' : fieldFault(header, row, proprietary);
  if (row === undefined || fault !== undefined) {
    throw new InputError('HEADER_INVALID', `key block header: ${fault}`);
  }
  const { count, text } = buildOptionalBlocks(header.blocks, row.blockBytes);
  const length = HEADER_LENGTH + text.length + bodyLength;
  if (length > MAX_KEY_BLOCK_LENGTH) {
    throw new InputError('KEY_BLOCK_LENGTH', 'a key block has at most 9999 characters');
  }
  return [
    header.version,
    String(length).padStart(4, '0'),
    header.usage,
    header.algorithm,
    header.modeOfUse,
    header.keyVersion,
    header.exportability,
    String(count).padStart(2, '0'),
    header.reserved,
    text,
  ].join('');
}

/**
 * A header read from the start of `text`, with its length (optional blocks included) and the block
 * length it states.
 */
export interface ParsedHeader {
  header: KeyBlockHeader;
  headerLength: number;
  statedLength: number;
}

/** Reads a header; nothing after it is looked at. Refusals carry the reason as `detail`. */
export function parseHeader(
  text: string,
  { proprietary = false }: { proprietary?: boolean } = {},
): Result<ParsedHeader, KeyBlockRefusal> {
  if (typeof text !== 'string' || !/^[\x20-\x7E]{16,}$/.test(text)) return no('NOT_TEXT');
  const row = versionRow(text[0]!);
  if (row === undefined) return no('VERSION_UNKNOWN');
  if (!/^\d{4}$/.test(text.slice(1, 5))) return no('LENGTH_MALFORMED');
  const fixed = {
    version: text[0] as KeyBlockVersion,
    usage: text.slice(5, 7),
    algorithm: text[7]!,
    modeOfUse: text[8]!,
    keyVersion: text.slice(9, 11),
    exportability: text[11]!,
    reserved: text.slice(14, 16),
  };
  const fault = fieldFault(fixed, row, proprietary);
  if (fault !== undefined) return no(fault);
  if (!/^\d\d$/.test(text.slice(12, 14))) return no('BLOCK_COUNT_INVALID');
  const parsed = parseOptionalBlocks(text, HEADER_LENGTH, Number(text.slice(12, 14)));
  if (typeof parsed === 'string') return no(parsed);
  const header = { ...fixed, blocks: parsed.blocks };
  return ok({ header, headerLength: parsed.end, statedLength: Number(text.slice(1, 5)) });
}

/** A refusal with its internal reason. */
export function no(reason: KeyBlockReason) {
  return refused<KeyBlockRefusal>('KEY_BLOCK_INVALID', reason);
}

function fieldFault(
  header: Omit<KeyBlockHeader, 'blocks'>,
  row: KeyBlockVersionRow,
  proprietary: boolean,
): KeyBlockReason | undefined {
  const usage = keyUsageRow(header.usage, proprietary || row.proprietaryUsages);
  if (usage === undefined) return 'USAGE_UNKNOWN';
  if (!Object.hasOwn(ALGORITHMS, header.algorithm)) return 'ALGORITHM_UNKNOWN';
  if (!usage.algorithms.includes(header.algorithm)) return 'ALGORITHM_NOT_FOR_USAGE';
  if (!Object.hasOwn(MODES_OF_USE, header.modeOfUse)) return 'MODE_UNKNOWN';
  if (!usage.modes.includes(header.modeOfUse)) return 'MODE_NOT_FOR_USAGE';
  if (!/^[0-9A-Za-z]{2}$/.test(header.keyVersion)) return 'KEY_VERSION_INVALID';
  if (!Object.hasOwn(EXPORTABILITY, header.exportability)) return 'EXPORTABILITY_UNKNOWN';
  if (!/^[0-9A-Za-z]{2}$/.test(header.reserved)) return 'RESERVED_INVALID';
  return undefined;
}
