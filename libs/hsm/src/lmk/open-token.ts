/** Tokens under an LMK, opened: variant schemes and key blocks, with the reply code of what is wrong. */
import { hasOddParity, wipe } from '@pinfold/crypto';
import { lmkKeyType, unwrapKeyBlock, unwrapLmkToken } from '@pinfold/keyblock';
import type { KeyRoleRow } from './key-roles.js';
import type { KeyBlockLmk, Lmk, VariantLmk } from './lmk.js';
import { OpenKey } from './open-key.js';
import { type ReplyCode, refuse } from './refusal.js';

/** The key of a token under the LMK. `parity`: the code for a key without odd parity. */
export function openToken(lmk: Lmk, token: string, row: KeyRoleRow, parity: ReplyCode): OpenKey {
  return lmk.kind === 'variant' ? openVariant(lmk, token, row, parity) : openBlock(lmk, token);
}

function openVariant(lmk: VariantLmk, token: string, row: KeyRoleRow, parity: ReplyCode): OpenKey {
  if (token.startsWith('S') || token.startsWith('R')) refuse('A1');
  const type = lmkKeyType(row.type);
  if (type === undefined) return refuse('04');
  const pair = lmk.pairs[type.pair]!;
  const opened = unwrapLmkToken({ pair, variant: type.variant, token: withLetter(token) });
  if (!opened.ok) return refuse('26');
  const { key } = opened.value;
  if (row.anyParity !== true && !hasOddParity(key)) {
    wipe(key);
    refuse(parity);
  }
  return new OpenKey(key, 'T');
}

function openBlock(lmk: KeyBlockLmk, token: string): OpenKey {
  if (!token.startsWith('S')) refuse('A1');
  const opened = unwrapKeyBlock({ kbpk: lmk.keys, block: token.slice(1) });
  if (!opened.ok) {
    return refuse(
      opened.detail === 'MAC_WRONG' ? 'A4' : (BLOCK_ERRORS[opened.detail ?? ''] ?? '83'),
    );
  }
  const { key, header } = opened.value;
  if (header.reserved !== lmk.id && header.reserved !== 'FF') refuse('A3');
  const { algorithm } = header;
  if (algorithm !== 'T' && algorithm !== 'A' && algorithm !== 'H') return refuse('A7');
  return new OpenKey(key, algorithm, header);
}

const BLOCK_ERRORS: Readonly<Record<string, ReplyCode>> = {
  VERSION_UNKNOWN: 'A1',
  PROTECTION_KEY: 'A1',
  USAGE_UNKNOWN: 'A6',
  ALGORITHM_UNKNOWN: 'A7',
  ALGORITHM_NOT_FOR_USAGE: 'A7',
  MODE_UNKNOWN: 'A8',
  MODE_NOT_FOR_USAGE: 'A8',
  KEY_VERSION_INVALID: 'A9',
  EXPORTABILITY_UNKNOWN: 'AA',
  BLOCK_COUNT_INVALID: 'AB',
};

/** Two or three single-length tokens written together are schemes X and Y without their letter. */
function withLetter(token: string): string {
  if (token.length === 32) return `X${token}`;
  return token.length === 48 ? `Y${token}` : token;
}
