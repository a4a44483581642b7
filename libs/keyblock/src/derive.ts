/**
 * Encryption and authentication keys of a key block, from its protection key (KBPK).
 * XOR variants (TR-31 clause 5.2, payShield version 0) or CMAC in counter mode (X9.143 clause 6.2,
 * which is SP 800-108 with this 8-byte input):
 *
 *   counter (1) | use: 0000 CBC encryption, 0001 MAC, 0002 CTR encryption (2) | 00 | algorithm (2)
 *   | length in bits (2)
 */
import {
  AesKey,
  type BlockKey,
  cmac,
  concatBytes,
  DesKey,
  InputError,
  isBytes,
  wipe,
} from '@pinfold/crypto';
import { type KeyBlockVersion, type KeyBlockVersionRow, versionRow } from './versions.js';

/** The two working keys, schedules ready: derive once, wrap and unwrap many times. */
export interface KeyBlockKeys {
  readonly version: KeyBlockVersion;
  readonly encryption: BlockKey;
  readonly authentication: BlockKey;
}

const ENCRYPTION = 0x45;
const AUTHENTICATION = 0x4d;
/** Algorithm field of the derivation input, by protection key length (bytes). */
const DERIVED_ALGORITHM = {
  des: { 16: 0, 24: 1 },
  aes: { 16: 2, 24: 3, 32: 4 },
} as const satisfies Record<'des' | 'aes', Record<number, number>>;

/** Whether `kbpk` can protect blocks of this version: two or three DES keys, or an AES key. */
export function isProtectionKey(kbpk: unknown, row: KeyBlockVersionRow): kbpk is Uint8Array {
  return isBytes(kbpk) && Object.hasOwn(DERIVED_ALGORITHM[row.cipher], kbpk.length);
}

/**
 * Both keys as bytes; the caller wipes them.
 * @throws InputError VERSION_UNKNOWN, KBPK_INVALID
 */
export function deriveKeyBytes(
  version: KeyBlockVersion,
  kbpk: Uint8Array,
): { kbek: Uint8Array; kbak: Uint8Array } {
  const row = versionRow(version);
  if (row === undefined) {
    throw new InputError('VERSION_UNKNOWN', 'version must be one of A, B, C, D, E, 0 and 1');
  }
  if (!isProtectionKey(kbpk, row)) {
    const lengths = Object.keys(DERIVED_ALGORITHM[row.cipher]).join(' or ');
    throw new InputError('KBPK_INVALID', `kbpk of this version must be ${lengths} bytes`);
  }
  if (row.derivation === 'variant') {
    return { kbek: kbpk.map((b) => b ^ ENCRYPTION), kbak: kbpk.map((b) => b ^ AUTHENTICATION) };
  }
  const key = row.cipher === 'des' ? DesKey.of(kbpk) : AesKey.of(kbpk);
  const kbek = derived(key, row, kbpk.length, row.mode === 'ctr' ? 2 : 0);
  const kbak = derived(key, row, kbpk.length, 1);
  key.wipe();
  return { kbek, kbak };
}

/** The two working keys of a protection key. */
export function deriveKeyBlockKeys(version: KeyBlockVersion, kbpk: Uint8Array): KeyBlockKeys {
  const { kbek, kbak } = deriveKeyBytes(version, kbpk);
  const des = versionRow(version)!.cipher === 'des';
  const encryption = des ? DesKey.of(kbek) : AesKey.of(kbek);
  const authentication = des ? DesKey.of(kbak) : AesKey.of(kbak);
  wipe(kbek);
  wipe(kbak);
  return { version, encryption, authentication };
}

/** Wipes both schedules. */
export function wipeKeyBlockKeys(keys: KeyBlockKeys): void {
  keys.encryption.wipe();
  keys.authentication.wipe();
}

function derived(key: BlockKey, row: KeyBlockVersionRow, length: number, use: number): Uint8Array {
  const algorithm = (DERIVED_ALGORITHM[row.cipher] as Record<number, number>)[length]!;
  const bits = length * 8;
  const rounds = Math.ceil(length / row.blockBytes);
  const parts: Uint8Array[] = [];
  for (let counter = 1; counter <= rounds; counter++) {
    parts.push(cmac(key, Uint8Array.of(counter, 0, use, 0, 0, algorithm, bits >> 8, bits & 255)));
  }
  const all = concatBytes(...parts);
  const out = all.slice(0, length);
  wipe(all);
  for (const part of parts) wipe(part);
  return out;
}
