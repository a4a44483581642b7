/** Keys made of others: of components, of a base derivation key, from under a shared master key. */
import { adjustOddParity, combineComponents, fromHex, hasOddParity } from '@pinfold/crypto';
import { tdesInitialKey } from '@pinfold/pin';
import type { LmkContext } from './lmk-context.js';
import { type LmkKey, openKeyOf } from './open-key.js';
import { refuse } from './refusal.js';

const PAIR_BYTES = 16;

/** The sum of components, with odd parity where it is a DES key; B5 unequal lengths, 11 nothing left. */
export function formKey({ keys }: LmkContext, components: readonly LmkKey[]): LmkKey {
  const parts = components.map(openKeyOf);
  const [first] = parts;
  if (parts.some(({ lengthBytes }) => lengthBytes !== first!.lengthBytes)) refuse('B5');
  const sum = combineComponents(parts.map(({ bytes }) => bytes));
  if (sum.every((byte) => (byte & 0xfe) === 0)) refuse('11');
  const aes = first!.algorithm === 'A';
  return keys.opened(aes ? sum : adjustOddParity(sum), aes ? 'A' : 'T', first!.attributes);
}

/** The initial key (X9.24-1) of the device that a serial number of ten bytes names; kept as derived. */
export function deriveInitialKey({ keys }: LmkContext, from: LmkKey, ksn: string): LmkKey {
  const bdk = openKeyOf(from);
  if (bdk.lengthBytes !== PAIR_BYTES || bdk.algorithm !== 'T') refuse('27');
  return keys.opened(tdesInitialKey({ bdk: bdk.bytes, ksn: fromHex(ksn) }), 'T');
}

/** The key of a token under a shared master key; `adjusted`: it had not odd parity, and has now. */
export function importKey(
  context: LmkContext,
  o: { readonly master: LmkKey; readonly token: string; readonly type: string },
): { key: LmkKey; adjusted: boolean } {
  const { keys } = context;
  const opened = keys.importUnder(o.master, o.token);
  const { anyParity = false } = context.row(o.type);
  const odd = anyParity || opened.algorithm === 'A' || hasOddParity(opened.key);
  const bytes = odd ? opened.key : adjustOddParity(opened.key);
  return { key: keys.opened(bytes, opened.algorithm, opened.attributes), adjusted: !odd };
}

const ATALLA_MAX = 31;
const PART_BYTES = 8;

/**
 * The master key as systems with Atalla equipment use it: 8 times the variant is XORed into the first
 * byte of each part. The key itself where no variant is given. Not for exchange in key blocks, which say
 * what a key is for: where the settings want those, it is refused.
 */
export function atallaVariantOf(context: LmkContext, master: LmkKey, variant?: string): LmkKey {
  if (variant === undefined) return master;
  context.unless('key-block-exchange');
  const { bytes, algorithm } = openKeyOf(master);
  if (algorithm !== 'T') refuse('A7');
  const number = Number(variant);
  if (number > ATALLA_MAX) refuse('15');
  const changed = bytes.map((byte, i) => (i % PART_BYTES === 0 ? byte ^ (number << 3) : byte));
  return context.keys.opened(changed, 'T');
}
