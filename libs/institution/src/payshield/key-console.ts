/**
 * The console of payShields as a port: keys formed there from the components of custodians, who bring the
 * same components to the other end. For the published test LMKs the program plays it
 * (`TestLmkConsole`); for any other LMK a person does (`HandConsole`).
 */
import type { CeremonyKey } from '../ceremonies.js';
import type { LmkFacts } from './lmk-facts.js';

/** Key type under a variant LMK; usage of its key block under a key-block LMK. Payment HSM key tables. */
export const CONSOLE_KEYS = {
  ZMK: { name: 'zone master key', type: '000', usage: '52' },
  TMK: { name: 'terminal master key', type: '002', usage: '51' },
  PVK: { name: 'PIN verification key, Visa PVV', type: '002', usage: 'V2' },
  PGK: { name: 'PIN verification key, IBM offset', type: '002', usage: 'V1' },
} as const;
export type ConsoleKeyName = keyof typeof CONSOLE_KEYS;

/** Mode of use, version, exportability in the key blocks of such keys. */
export const CONSOLE_HEADER = { modeOfUse: 'N', keyVersion: '00', exportability: 'N' } as const;

export interface ConsoleComponent {
  readonly custodian: string;
  readonly component: Uint8Array;
}

export interface ConsoleWish {
  readonly key: ConsoleKeyName;
  /** Whose: `bank-a`, `ATM00001`. */
  readonly owner: string;
  readonly algorithm: 'T' | 'A';
  readonly components: readonly ConsoleComponent[];
  /** Of the whole key, six digits: the custodians' letters have it. */
  readonly checkValue: string;
}

export interface KeyConsole {
  readonly lmk: LmkFacts;
  /** A person types what it gives: what is formed is kept at once. */
  readonly byHand: boolean;
  /** The key as a token of `payshieldClient`. @throws EnvironmentError where it is not formed */
  formKey(wish: ConsoleWish): Promise<CeremonyKey>;
  /** A decimalisation table as the payShields take it, for a PVK that is there. */
  encipherTable(table: string, pvk: string): Promise<string>;
}
