/** Values compared with what a host gave, in a time that does not tell where they differ. */
import { equalConstantTime } from '@pinfold/crypto';
import { refuse } from './refusal.js';
import { bytesOfWire } from './wire-text.js';

/** Ends the command with 01 where they differ. */
export function mustEqual(expected: Uint8Array, given: Uint8Array): void {
  if (!equalConstantTime(expected, given)) refuse('01');
}

/** The same for texts. */
export function mustEqualText(expected: string, given: string): void {
  mustEqual(bytesOfWire(expected), bytesOfWire(given));
}
