/** Opens a key in transport under a wrapping key that the attacker knows: outside the device. */
import { fromHex } from '@pinfold/crypto';
import { unwrapKeyBlock } from '@pinfold/keyblock';
import { withKnownKey } from './laboratory.js';

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
