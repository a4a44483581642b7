/**
 * Which commands tell whether a secret was guessed, how many guesses there are, and what stops them:
 * one table for the reference, held against the declarations by a test. What nobody can try out
 * online (2^32 and more answers, or nothing secret to guess) needs no limit.
 */
import type { CommandName } from '../commands/index.js';

export interface Guess {
  readonly what: string;
  /** Bits of the smallest secret that the command judges; undefined: nothing secret is judged. */
  readonly bits: number | undefined;
}

/** 10^n guesses in bits. */
const decimal = (digits: number): number => digits * Math.log2(10);

const PIN: Guess = { what: 'a PIN of 4 digits', bits: decimal(4) };
const NEW_PIN: Guess = { what: 'nothing but whether a new PIN is a weak one', bits: undefined };
const PUBLIC: Guess = { what: 'a signature, under a public key', bits: undefined };
const MAC8: Guess = { what: 'a MAC of 8 bytes', bits: 64 };
const MAC4: Guess = { what: 'a MAC of 4 bytes, the shortest', bits: 32 };

export const GUESSES: Partial<Record<CommandName, Guess>> = {
  VerifyPin: PIN,
  PIN_V: PIN,
  VerifyDukptPin: PIN,
  VerifyStoredPin: PIN,
  ChangePin: PIN,
  ChangeStoredPin: PIN,
  VerifyCardCode: { what: 'a card code of 3 digits', bits: decimal(3) },
  VerifyCapCode: { what: 'a one-time code with 16 bits of the cryptogram, the least', bits: 16 },
  StorePin: NEW_PIN,
  GeneratePinChangeScript: NEW_PIN,
  VerifyArqcGenerateArpc: { what: 'a cryptogram of 8 bytes', bits: 64 },
  VerifyCardAuthentication: PUBLIC,
  RsaVerify: PUBLIC,
  VerifyMac: MAC8,
  VerifyMessageMac: MAC4,
  VerifyDukptMac: MAC4,
};

/** Fewer bits than this can be tried out online. */
export const GUESSABLE_BITS = 32;
