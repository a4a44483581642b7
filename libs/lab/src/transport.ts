/** Keys in transport under a wrapping key that the attacker knows, opened and made outside the device. */
import { fromHex, toHex } from '@pinfold/crypto';
import type { Algorithm } from '@pinfold/hsm';
import { unwrapKeyBlock, wrapKeyBlock } from '@pinfold/keyblock';
import { withKnownKey } from './laboratory.js';
import { seededRandom } from './seeded-random.js';

const CRYPTOGRAM = /^(?:[0-9A-F]{16}){1,4}$/;

export function openTransport(
  text: string,
  known: Uint8Array,
  aes = known.length === 32,
): Uint8Array | undefined {
  if (CRYPTOGRAM.test(text)) return withKnownKey('decrypt', known, fromHex(text), aes);
  const opened = unwrapKeyBlock({ kbpk: known, block: text });
  return opened.ok ? opened.value.key : undefined;
}

/** A key block that says a usage (X9.143 code), or a cryptogram that says nothing. */
export function makeTransport(
  { key, algorithm, says }: { key: Uint8Array; algorithm: Algorithm; says: string | undefined },
  known: Uint8Array,
  aes = known.length === 32,
): string {
  if (says === undefined) return toHex(withKnownKey('encrypt', known, key, aes));
  const header = {
    version: aes ? 'D' : 'B',
    usage: says,
    algorithm,
    modeOfUse: 'N',
    exportability: 'E',
  } as const;
  return wrapKeyBlock({ kbpk: known, header, key, random: seededRandom('forged') });
}
