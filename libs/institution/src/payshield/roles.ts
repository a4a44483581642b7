/** How keys of the console are named in tokens, and which scheme they have under the LMK. */
import type { PayshieldRole } from '@pinfold/hsm-client';
import type { ConsoleKeyName } from './key-console.js';
import type { LmkFacts } from './lmk-facts.js';

/** A payShield has one type for both kinds of PIN verification keys. */
export function roleOf(key: ConsoleKeyName): PayshieldRole {
  return key === 'PGK' ? 'PVK' : key;
}

/** S under a key-block LMK; under a variant LMK U for double-length keys, T for triple-length ones. */
export function schemeOf({ scheme }: Pick<LmkFacts, 'scheme'>, lengthBytes: number): string {
  if (scheme === 'key-block') return 'S';
  return lengthBytes === 24 ? 'T' : 'U';
}
