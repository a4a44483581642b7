/** What a client of payShields needs beside the pool. */
import type { HsmPool } from '../pool/pool.js';
import type { HsmClient } from '../port.js';

/**
 * Seals a verification record with the account number bound in: a payShield would take anybody's PVV for
 * anybody's account.
 */
export interface RecordSeal {
  seal(pan: string, text: string): string;
  /** Undefined: altered, or of another account. */
  open(pan: string, sealed: string): string | undefined;
}

/**
 * The scheme of the LMK decides what keys can be: with a variant LMK triple DES alone, sent as ECB
 * cryptograms; with a key-block LMK AES too, sent as X9.143 key blocks.
 */
export type LmkScheme = 'variant' | 'key-block';

export interface PayshieldOptions {
  readonly pool: HsmPool;
  readonly scheme: LmkScheme;
  /** Identifier of the LMK, two digits; without it the payShield's default LMK. */
  readonly lmk?: string;
  /** The payShield's clear-PIN field; default 5. */
  readonly pinLength?: number;
  /** What no host command does: data keys, and whatever a demo device adds. */
  readonly local: HsmClient;
  readonly records: RecordSeal;
  /** As the payShield takes it, 16 digits in clear or as ED makes it; only for IBM 3624. */
  readonly decimalisationTable?: string;
}
