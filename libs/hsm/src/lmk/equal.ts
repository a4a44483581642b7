/** Values compared with what a host gave, in a time that does not tell where they differ. */
import { equalConstantTime } from '@pinfold/crypto';
import { type ReplyCode, refuse } from './refusal.js';
import { bytesOfWire } from './wire-text.js';

/** Ends the command where they differ, with 01 where nothing else is said. */
export function mustEqual(expected: Uint8Array, given: Uint8Array, code: ReplyCode = '01'): void {
  if (!equalConstantTime(expected, given)) refuse(code);
}

/** The same for texts. */
export function mustEqualText(expected: string, given: string): void {
  mustEqual(bytesOfWire(expected), bytesOfWire(given));
}

export function areEqualTexts(expected: string, given: string): boolean {
  return equalConstantTime(bytesOfWire(expected), bytesOfWire(given));
}
