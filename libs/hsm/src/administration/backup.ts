/**
 * Master keys as m-of-n shares (Shamir 1979, by an audited library), one for each custodian. Shamir's
 * scheme says nothing of wrong or too few shares; a digest that is shared along with the keys does.
 */
import { createHash } from 'node:crypto';
import { concatBytes, equalConstantTime, wipe } from '@pinfold/crypto';
import { combine, split } from 'shamir-secret-sharing';
import { MasterKeySet } from '../keys/master-keys.js';
import type { Mode } from '../policy/policy.js';
import { componentBytes } from './master-key-ceremony.js';

export const MAX_BACKUP_SHARES = 16;
const DIGEST_BYTES = 8;

export interface BackupPlan {
  /** One share each. */
  readonly custodians: readonly string[];
  /** How many of them restore. */
  readonly threshold: number;
}

/** Distinct custodians, two of them at least to restore, and no more shares than that. */
export function isSoundPlan({ custodians, threshold }: BackupPlan): boolean {
  const many = custodians.length;
  const distinct = new Set(custodians).size === many;
  return distinct && many <= MAX_BACKUP_SHARES && threshold >= 2 && threshold <= many;
}

/** Shares of the joined master keys, in the order of the custodians. */
export async function sharesOf(joined: Uint8Array, plan: BackupPlan): Promise<Uint8Array[]> {
  const secret = concatBytes(joined, digestOf(joined));
  try {
    return await split(secret, plan.custodians.length, plan.threshold);
  } finally {
    wipe(secret);
  }
}

/** The set inside the shares, or undefined: too few, or not of one backup. */
export async function setOfShares(
  shares: readonly Uint8Array[],
  { mode, version }: { mode: Mode; version: number },
): Promise<MasterKeySet | undefined> {
  const secret = await combine([...shares]).catch(() => undefined);
  if (secret === undefined) return undefined;
  const length = componentBytes(mode);
  const joined = secret.slice(0, length);
  const right =
    secret.length === length + DIGEST_BYTES &&
    equalConstantTime(digestOf(joined), secret.subarray(length));
  const set = right ? MasterKeySet.of(mode, version, joined) : undefined;
  wipe(secret);
  wipe(joined);
  return set;
}

function digestOf(joined: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(joined).digest()).slice(0, DIGEST_BYTES);
}
