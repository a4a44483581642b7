/**
 * Passphrases: what is accepted, and how they are kept (scrypt, RFC 7914). The hasher is passed in,
 * so that simulations and tests do not pay for it.
 */
import { scryptSync, timingSafeEqual } from 'node:crypto';

export interface PasswordHasher {
  hash(passphrase: string, salt: Uint8Array): Uint8Array;
}

/** 32 MiB and about 80 ms per passphrase: OWASP's figure for scrypt. */
export const scryptHasher: PasswordHasher = {
  hash: (passphrase, salt) =>
    scryptSync(passphrase, salt, 32, { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 }),
};

export const PASSPHRASE = { min: 8, max: 128, distinct: 5 } as const;

/**
 * Chance that one guess is right, for the weakest passphrase that is accepted when it is chosen at
 * random: eight characters, digits alone.
 */
export const SINGLE_GUESS = 10 ** -PASSPHRASE.min;

/** At least eight characters, five of them different. */
export function isAcceptable(passphrase: string): boolean {
  const { length } = passphrase;
  const enough = length >= PASSPHRASE.min && length <= PASSPHRASE.max;
  return enough && new Set(passphrase).size >= PASSPHRASE.distinct;
}

export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
