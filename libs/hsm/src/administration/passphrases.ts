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

/** What people take first. Not counted towards the length. */
const COMMON = [
  'password',
  'passwort',
  'passw0rd',
  'p@ssword',
  'iloveyou',
  'welcome',
  'changeme',
  'letmein',
  'qwertyuiop',
  'qwertzuiop',
  'qwerty',
  'asdfghjkl',
  '1234567890',
  '0987654321',
  '123456',
  '654321',
  'abcdefgh',
  'officer',
  'custodian',
  'pinfold',
];

/**
 * Chance that one guess is right, for the weakest passphrases that are accepted, chosen at random:
 * eight characters, digits alone, five of them different. FIPS 140-3 asks for less than 1 in 1,000,000.
 */
export const SINGLE_GUESS = 1 / stringsWithDistinct(PASSPHRASE.min, 10);

/**
 * At least eight characters, five of them different; and as much left over when the person's name and
 * the commonest passphrases are taken out: `password1` is one character long.
 */
export function isAcceptable(passphrase: string, name = ''): boolean {
  const { length } = passphrase;
  if (length < PASSPHRASE.min || length > PASSPHRASE.max) return false;
  let left = passphrase.toLowerCase();
  for (const word of [...COMMON, name.toLowerCase()])
    if (word !== '') left = left.replaceAll(word, '');
  return left.length >= PASSPHRASE.distinct && new Set(passphrase).size >= PASSPHRASE.distinct;
}

/** How many strings of that length have at least `PASSPHRASE.distinct` different characters. */
export function stringsWithDistinct(length: number, alphabet: number): number {
  // counts[k]: strings so far with k different characters.
  let counts = [1];
  for (let i = 0; i < length; i++) {
    counts = Array.from(
      { length: Math.min(i + 1, alphabet) + 1 },
      (_, k) => (counts[k] ?? 0) * k + (k > 0 ? (counts[k - 1] ?? 0) * (alphabet - k + 1) : 0),
    );
  }
  return counts.slice(PASSPHRASE.distinct).reduce((sum, count) => sum + count, 0);
}

export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
