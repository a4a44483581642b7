/** Session keys of triple DES DUKPT (X9.24-1) from a base derivation key. */
import { fromHex } from '@pinfold/crypto';
import { type TdesDukptUse, tdesSessionKey, tdesTransactionKey } from '@pinfold/pin';
import type { LmkContext } from './lmk-context.js';
import { type LmkKey, OpenKey, openKeyOf } from './open-key.js';
import { refuse } from './refusal.js';

const PAIR_BYTES = 16;
const KSN_DIGITS = 20;

/** The session key of a transaction; 15 for a serial number without a valid counter. */
export function dukptKey(
  context: LmkContext,
  o: { readonly bdk: string; readonly ksn: string },
  use: TdesDukptUse,
): LmkKey {
  const bdk = openKeyOf(context.key(o.bdk, 'bdk', '10', 'derive'));
  if (bdk.lengthBytes !== PAIR_BYTES || bdk.algorithm !== 'T') refuse('27');
  const ksn = fromHex(o.ksn.padStart(KSN_DIGITS, 'F'));
  const key = tdesTransactionKey({ bdk: bdk.bytes, ksn });
  if (!key.ok) return refuse('15');
  return new OpenKey(tdesSessionKey(key.value, use), 'T');
}

export const dukptPinKey = (
  context: LmkContext,
  o: { readonly bdk: string; readonly ksn: string },
): LmkKey => dukptKey(context, o, 'pin');
