/**
 * Key usages, algorithms, modes of use and exportability of ANSI X9.143 (TR-31) as one table: which
 * modes and algorithms each usage allows. ANSI X9.143:2022 tables 2 to 5, ISO 20038 annex A.
 */

/**
 * Algorithm (header byte 7): what the wrapped key is for, with the key lengths (bytes) it can have.
 */
export const ALGORITHMS = {
  A: { name: 'AES', keyBytes: [16, 24, 32] },
  D: { name: 'DES', keyBytes: [8] },
  E: { name: 'Elliptic curve', keyBytes: undefined },
  H: { name: 'HMAC', keyBytes: undefined },
  R: { name: 'RSA', keyBytes: undefined },
  S: { name: 'DSA', keyBytes: undefined },
  T: { name: 'Triple DES', keyBytes: [8, 16, 24] },
} as const satisfies Record<string, { name: string; keyBytes: readonly number[] | undefined }>;

export type KeyAlgorithm = keyof typeof ALGORITHMS;

/** Mode of use (header byte 8). */
export const MODES_OF_USE = {
  B: 'encrypt and decrypt, wrap and unwrap',
  C: 'calculate a MAC: generate and verify',
  D: 'decrypt or unwrap only',
  E: 'encrypt or wrap only',
  G: 'generate only (MAC, PIN offset, card value)',
  N: 'no special restriction beyond the usage',
  S: 'sign only',
  T: 'sign and decrypt',
  V: 'verify only',
  X: 'derive other keys',
  Y: 'create key variants',
} as const;

export type ModeOfUse = keyof typeof MODES_OF_USE;

/** Exportability (header byte 11). */
export const EXPORTABILITY = {
  E: 'exportable under a key in a key block',
  N: 'not exportable',
  S: 'sensitive: exportable under any key-encryption key, key block or not',
} as const;

export type Exportability = keyof typeof EXPORTABILITY;

export interface KeyUsageRow {
  readonly name: string;
  /** Modes of use allowed, as a string of letters. N is allowed with every usage. */
  readonly modes: string;
  /** Algorithms allowed, as a string of letters. */
  readonly algorithms: string;
}

const block = 'ADT';
const asymmetric = 'ERS';
const mac = 'CGVN';
const cipher = 'BDEN';

/** Key usage (header bytes 5 and 6). */
export const KEY_USAGES = {
  // V: not in X9.143, but in the example of ISO 20038:2017 annex B.2.
  B0: usage('Base derivation key (BDK)', 'XNV', block),
  B1: usage('DUKPT initial key', 'XN', block),
  B2: usage('Base key variant key', 'XN', block),
  B3: usage('Key derivation key (not X9.24)', 'XN', `${block}H`),
  C0: usage('Card verification key', mac, block),
  D0: usage('Symmetric data encryption key', cipher, block),
  D1: usage('Asymmetric data encryption key', cipher, asymmetric),
  D2: usage('Data encryption key for decimalisation tables', cipher, block),
  D3: usage('Data encryption key for sensitive data', cipher, block),
  E0: usage('EMV issuer master key: application cryptograms', 'XN', block),
  E1: usage('EMV issuer master key: secure messaging, confidentiality', 'XN', block),
  E2: usage('EMV issuer master key: secure messaging, integrity', 'XN', block),
  E3: usage('EMV issuer master key: data authentication code', 'XN', block),
  E4: usage('EMV issuer master key: dynamic numbers', 'XN', block),
  E5: usage('EMV issuer master key: card personalisation', 'XN', block),
  E6: usage('EMV issuer master key: other', 'XN', block),
  E7: usage('EMV master personalisation key', 'XN', block),
  I0: usage('Initialisation vector', 'N', block),
  K0: usage('Key encryption or wrapping', cipher, `${block}R`),
  K1: usage('TR-31 key block protection key', cipher, block),
  K2: usage('TR-34 asymmetric key', `${cipher}STV`, asymmetric),
  K3: usage('Asymmetric key for key agreement', `${cipher}X`, asymmetric),
  K4: usage('ISO 20038 key block protection key', cipher, block),
  M0: usage('ISO 16609 MAC algorithm 1 (triple DES)', mac, 'DT'),
  M1: usage('ISO 9797-1 MAC algorithm 1', mac, block),
  M2: usage('ISO 9797-1 MAC algorithm 2', mac, block),
  M3: usage('ISO 9797-1 MAC algorithm 3', mac, 'DT'),
  M4: usage('ISO 9797-1 MAC algorithm 4', mac, block),
  M5: usage('ISO 9797-1:1999 MAC algorithm 5', mac, block),
  M6: usage('ISO 9797-1:2011 MAC algorithm 5 (CMAC)', mac, block),
  M7: usage('HMAC', mac, 'H'),
  M8: usage('ISO 9797-1:2011 MAC algorithm 6', mac, block),
  P0: usage('PIN encryption key', cipher, block),
  P1: usage('PIN generation key', 'GN', block),
  S0: usage('Asymmetric key pair for digital signature', 'SVN', asymmetric),
  S1: usage('Asymmetric key pair, certificate authority key', 'SVN', asymmetric),
  S2: usage('Asymmetric key pair, not X9.24', 'BDENSTVX', asymmetric),
  V0: usage('PIN verification key, other algorithm', mac, block),
  V1: usage('PIN verification key, IBM 3624', mac, block),
  V2: usage('PIN verification key, Visa PVV', mac, block),
  V3: usage('PIN verification key, X9.132 algorithm 1', mac, block),
  V4: usage('PIN verification key, X9.132 algorithm 2', mac, block),
  V5: usage('PIN verification key, X9.132 algorithm 3', mac, block),
} as const satisfies Record<string, KeyUsageRow>;

export type KeyUsage = keyof typeof KEY_USAGES;

function usage(name: string, modes: string, algorithms: string): KeyUsageRow {
  return { name, modes, algorithms };
}

/**
 * The row of a usage, or undefined. Two digits are proprietary usages (X9.143 table 2, and the
 * payShield's own): any mode and algorithm, and only where `proprietary` is set.
 */
export function keyUsageRow(code: string, proprietary: boolean): KeyUsageRow | undefined {
  if (Object.hasOwn(KEY_USAGES, code)) return KEY_USAGES[code as KeyUsage];
  return proprietary && /^\d\d$/.test(code) ? PROPRIETARY : undefined;
}

const PROPRIETARY: KeyUsageRow = usage(
  'Proprietary',
  Object.keys(MODES_OF_USE).join(''),
  Object.keys(ALGORITHMS).join(''),
);
