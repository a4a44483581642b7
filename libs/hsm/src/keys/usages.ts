/**
 * What a key may be used for: one table, so that "one usage per key" is checked in one place.
 * `code` and `mode` are the key usage and mode of use of ANSI X9.143 (tables 2 and 4); where a
 * usage has another code for AES keys, `aesCode` says so. `transport` names the types under which
 * a key of this usage may leave the device.
 */
import { KEY_TYPES, type KeyType, type MasterKeyName } from './key-types.js';

/** Algorithms in X9.143 letters: A = AES, D = single DES, T = triple DES, H = HMAC. */
export const ALGORITHMS = ['T', 'A', 'D', 'H'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

export interface UsageFacts {
  readonly id: number;
  readonly type: KeyType;
  readonly code: string;
  readonly aesCode?: string;
  readonly mode: string;
  readonly algorithms: readonly Algorithm[];
  readonly transport: readonly KeyType[];
  readonly title: string;
}

const T = ['T', 'D'] as const;
const TA = ['T', 'A', 'D'] as const;
const H = ['H'] as const;

export const USAGES = {
  ZCK: row(1, 'ZCK', 'K1', 'B', TA, ['ZCK'], 'protects keys between banks'),
  TMK: row(2, 'TMK', 'K1', 'B', TA, ['TMK'], 'protects keys on their way to a terminal'),
  ZPK: row(3, 'WK', 'P0', 'B', TA, ['ZCK'], 'PIN blocks between banks'),
  TPK: row(4, 'WK', 'P0', 'B', TA, ['TMK'], 'PIN blocks from a terminal'),
  TAK: { ...row(5, 'TCK', 'M3', 'C', TA, ['TMK'], 'MACs with a terminal'), aesCode: 'M6' },
  ZAK: { ...row(6, 'TCK', 'M3', 'C', TA, ['ZCK'], 'MACs between banks'), aesCode: 'M6' },
  DEK: row(7, 'TCK', 'D0', 'B', TA, ['ZCK', 'TMK'], 'data encryption (envelope)'),
  PVK: row(8, 'P', 'V2', 'C', T, ['ZCK'], 'Visa PVV'),
  PGK: row(9, 'P', 'V1', 'C', T, ['ZCK'], 'IBM 3624 natural PIN and offset'),
  CVK: row(10, 'P', 'C0', 'C', T, ['ZCK'], 'card verification values'),
  BDK: row(11, 'P', 'B0', 'X', TA, ['ZCK'], 'DUKPT base derivation key'),
  IMKAC: row(12, 'P', 'E0', 'X', TA, ['ZCK'], 'EMV master key: application cryptograms'),
  IMKSMC: row(13, 'P', 'E1', 'X', TA, ['ZCK'], 'EMV master key: secure messaging, confidentiality'),
  IMKSMI: row(14, 'P', 'E2', 'X', TA, ['ZCK'], 'EMV master key: secure messaging, integrity'),
  STOREDPIN: row(15, 'PIN', 'P1', 'N', ['T'], [], 'a PIN at rest'),
  KEK: row(16, 'TCK', 'K0', 'B', TA, [], 'typed API: exports data keys'),
  CSCK: row(17, 'P', 'C0', 'C', T, ['ZCK'], 'American Express security codes'),
  CAVVK: row(18, 'P', 'C0', 'C', T, ['ZCK'], 'cardholder authentication values (CAVV)'),
  IMKDN: row(19, 'P', 'E4', 'X', TA, ['ZCK'], 'EMV master key: dynamic numbers (dCVV, CVC3)'),
  IMKCAP: row(20, 'P', 'E6', 'X', TA, ['ZCK'], 'EMV master key: one-time codes (CAP)'),
  CBCMAK: row(21, 'TCK', 'M1', 'C', T, ['ZCK', 'TMK'], 'MACs by ISO 9797-1 algorithm 1'),
  HMK: row(22, 'TCK', 'M7', 'C', H, ['ZCK', 'TMK'], 'HMAC'),
  MACSTATE: row(23, 'TCK', 'I0', 'N', ['A', 'H'], [], 'a MAC between two parts of its message'),
  DATAK: row(24, 'TCK', 'D3', 'B', TA, ['ZCK', 'TMK'], 'data in CBC and ECB'),
} as const satisfies Record<string, UsageFacts>;

export type UsageName = keyof typeof USAGES;
export const USAGE_NAMES = Object.keys(USAGES) as UsageName[];

function row(
  id: number,
  type: KeyType,
  code: string,
  mode: string,
  algorithms: readonly Algorithm[],
  transport: readonly KeyType[],
  title: string,
): UsageFacts {
  return { id, type, code, mode, algorithms, transport, title };
}

const byId = new Map<number, UsageName>(USAGE_NAMES.map((name) => [USAGES[name].id, name]));

export function usageById(id: number): UsageName | undefined {
  return byId.get(id);
}

export function usageCode(name: UsageName, algorithm: Algorithm): string {
  const facts: UsageFacts = USAGES[name];
  return algorithm === 'A' && facts.aesCode !== undefined ? facts.aesCode : facts.code;
}

export function masterKeyOf(type: KeyType): MasterKeyName {
  return KEY_TYPES[type].masterKey;
}

/** Usages of a type, first one first: the default where a caller names only the type. */
export function usagesOf(type: KeyType): UsageName[] {
  return USAGE_NAMES.filter((name) => USAGES[name].type === type);
}

/** A usage by its name or by its X9.143 code within a type; undefined where there is none. */
export function resolveUsage(type: KeyType, wanted: string | undefined): UsageName | undefined {
  const candidates = usagesOf(type);
  if (wanted === undefined) return candidates[0];
  return candidates.find((name) => {
    const facts: UsageFacts = USAGES[name];
    return name === wanted || facts.code === wanted || facts.aesCode === wanted;
  });
}
