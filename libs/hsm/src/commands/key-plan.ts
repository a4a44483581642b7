/**
 * Which key a caller asks for: type, usage and algorithm resolved against the tables, for every
 * command that makes keys. Refuses what the tables or rule M13 do not have.
 */

import type { KeyType } from '../keys/key-types.js';
import {
  type Algorithm,
  resolveUsage,
  USAGES,
  type UsageFacts,
  type UsageName,
} from '../keys/usages.js';
import type { Terms } from '../terms.js';

export interface KeyPlan {
  readonly usage: UsageName;
  readonly algorithm: Algorithm;
  readonly lengthBytes: number;
}

/**
 * Key lengths made: double-length triple DES; AES-128 for working keys and AES-256 for keys that
 * wrap others, so that whatever they carry is no stronger than they are.
 */
const LENGTHS: Readonly<Record<Algorithm, number>> = { T: 16, D: 8, A: 16, H: 32 };
const WRAPPING_AES_BYTES = 32;
const WRAPPING: readonly UsageName[] = ['ZCK', 'TMK'];

export function keyPlan(
  t: Terms,
  wanted: { type: KeyType; usage?: string; algorithm?: Algorithm; mode: 'legacy' | 'hardened' },
): KeyPlan {
  const usage = resolveUsage(wanted.type, wanted.usage) ?? t.refuse('USAGE_REFUSED');
  const wrapping = WRAPPING.includes(usage);
  const facts: UsageFacts = USAGES[usage];
  const usual = facts.algorithms.includes('H') ? 'H' : 'T';
  const algorithm = wanted.algorithm ?? (wrapping && wanted.mode === 'hardened' ? 'A' : usual);
  const unknown = !facts.algorithms.includes(algorithm);
  // Untyped tokens cannot tell AES from triple DES; the VSM had no AES.
  if (unknown || (wanted.mode === 'legacy' && algorithm === 'A')) t.refuse('ALGORITHM_REFUSED');
  t.rule('M13.no-single-length', { algorithm });
  const lengthBytes = wrapping && algorithm === 'A' ? WRAPPING_AES_BYTES : LENGTHS[algorithm];
  return { usage, algorithm, lengthBytes };
}
