/** DUKPT in host commands: key serial numbers with their descriptor, and session keys from a BDK. */
import { fromHex } from '@pinfold/crypto';
import { type TdesDukptUse, tdesSessionKey, tdesTransactionKey } from '@pinfold/pin';
import type { Context } from '../device/context.js';
import { OpenKey } from '../device/open-key.js';
import { alnum, hex, layout } from '../layout/nodes.js';
import { refuse } from '../refusal.js';

/** Descriptor (lengths of key set, sub-key and device identifiers) and the number itself. */
export const ksnFields = layout(
  alnum('ksnDescriptor', 3, { about: 'lengths of BDK, sub-key and device identifiers in digits' }),
  hex('ksn', { by: 'ksnDescriptor', of: { '605': 16, '609': 20 }, otherwise: 20 }),
);

/** The session key of a transaction; 15 for a serial number without a valid counter. */
export function dukptKey(
  context: Context,
  o: { bdk: string; ksn: string },
  use: TdesDukptUse,
): OpenKey {
  const bdk = context.key(o.bdk, 'bdk', '10', 'derive');
  if (bdk.bytes.length !== 16 || bdk.algorithm !== 'T') refuse('27');
  const key = tdesTransactionKey({ bdk: bdk.bytes, ksn: fromHex(o.ksn.padStart(20, 'F')) });
  if (!key.ok) return refuse('15');
  return new OpenKey(tdesSessionKey(key.value, use), 'T');
}

export const dukptPinKey = (context: Context, o: { bdk: string; ksn: string }): OpenKey =>
  dukptKey(context, o, 'pin');
