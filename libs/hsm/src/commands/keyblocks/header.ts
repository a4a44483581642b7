/**
 * What a caller may say about a key block's header, and what of it the rules let through. The
 * header never says more than the key may do: its own usage, its own mode or a narrower one.
 */
import {
  KEY_BLOCK_VERSIONS,
  KEY_USAGES,
  type KeyBlockHeader,
  MODES_OF_USE,
  parseHeader,
} from '@pinfold/keyblock';
import { choice, list, object, text } from '../../declare/field.js';
import { USAGES, usageCode } from '../../keys/usages.js';
import type { BlockHeader, TokenHeader } from '../../tokens/header.js';

export const BLOCK_VERSIONS = ['A', 'B', 'C', 'D', 'E'] as const;
const MAX_BLOCKS = 16;
const MAX_BLOCK_DATA = 512;

export const version = () =>
  choice(
    'key block version; B under triple DES and D under AES where nothing is said',
    BLOCK_VERSIONS,
  );
export const blockUsage = () =>
  choice('key usage in the header', Object.keys(KEY_USAGES) as (keyof typeof KEY_USAGES)[]);
export const modeOfUse = () =>
  choice('mode of use', Object.keys(MODES_OF_USE) as (keyof typeof MODES_OF_USE)[]);
export const keyVersion = () => text('key version number', { min: 2, max: 2 });
export const exportability = () => choice('exportability', ['E', 'N', 'S'] as const);
export const optionalBlocks = () =>
  list(
    'optional blocks, in order',
    object('optional block', {
      id: text('identifier', { min: 2, max: 2 }),
      data: text('data, without identifier and length', { min: 0, max: MAX_BLOCK_DATA }),
    }),
    { min: 0, max: MAX_BLOCKS },
  );

/** Modes that a mode of the table includes; a header may narrow, never widen. */
const NARROWER: Readonly<Record<string, string>> = { B: 'BDE', C: 'CGV', X: 'X', N: 'N' };

/** Whether a header says no more than the key may do: for rule M9. */
export function isOwnUse(header: BlockHeader, key: TokenHeader): boolean {
  const own = USAGES[key.usage].mode;
  return (
    header.usage === usageCode(key.usage, key.algorithm) &&
    (NARROWER[own] ?? own).includes(header.modeOfUse)
  );
}

/** Whether a version's cipher is that of the key that wraps. */
export function isForKey(blockVersion: BlockHeader['version'], under: TokenHeader): boolean {
  return (KEY_BLOCK_VERSIONS[blockVersion].cipher === 'aes') === (under.algorithm === 'A');
}

/** Whether version and exportability keep the key in authenticated key blocks of today: for rule M8. */
export function isOfToday(header: BlockHeader): boolean {
  return 'BDE'.includes(header.version) && header.exportability !== 'S';
}

export interface HeaderOut {
  version: BlockHeader['version'];
  usage: keyof typeof KEY_USAGES;
  modeOfUse: keyof typeof MODES_OF_USE;
  keyVersion: string;
  exportability: 'E' | 'N' | 'S';
  blocks: { id: string; data: string }[];
}

/** Header facts of a key block's text; undefined for a cryptogram, or a term of the model. */
export function headerOf(keyBlock: unknown): HeaderOut | undefined {
  if (typeof keyBlock !== 'string') return undefined;
  const read = parseHeader(keyBlock);
  if (!read.ok) return undefined;
  const { header } = read.value;
  return (BLOCK_VERSIONS as readonly string[]).includes(header.version)
    ? headerFacts(header)
    : undefined;
}

/** A header as the commands tell it. */
export function headerFacts(header: KeyBlockHeader): HeaderOut {
  return {
    version: header.version as BlockHeader['version'],
    usage: header.usage as HeaderOut['usage'],
    modeOfUse: header.modeOfUse as HeaderOut['modeOfUse'],
    keyVersion: header.keyVersion,
    exportability: header.exportability as HeaderOut['exportability'],
    blocks: header.blocks.map(([id, data]) => ({ id, data })),
  };
}
