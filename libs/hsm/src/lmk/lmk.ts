/**
 * Local master keys of the host device: the variant scheme (twenty pairs) and the key-block schemes
 * (one key). An LMK is chosen by its two-digit identifier. The published test LMKs are the only ones
 * that this program brings: they protect nothing, and are what test set-ups of real devices use.
 */
import { checkValue, concatBytes, fromHex, hmac, toHex } from '@pinfold/crypto';
import {
  deriveKeyBlockKeys,
  type KeyBlockKeys,
  TEST_KEY_BLOCK_LMKS,
  TEST_LMK_PAIRS,
} from '@pinfold/keyblock';
import type { HostMode } from './settings.js';

interface LmkBase {
  readonly id: string;
  readonly name: string;
  /** 16 digits for NC. */
  readonly checkValue: string;
  /** AES-256 key of the PIN encipherment, see `stored-pin.ts`. */
  readonly pinKey: Uint8Array;
}

export interface VariantLmk extends LmkBase {
  readonly kind: 'variant';
  readonly pairs: Readonly<Record<string, Uint8Array>>;
}

export interface KeyBlockLmk extends LmkBase {
  readonly kind: 'key-block';
  readonly version: '0' | '1';
  readonly keys: KeyBlockKeys;
}

export type Lmk = VariantLmk | KeyBlockLmk;

const PIN_PURPOSE = new TextEncoder().encode('PIN under LMK 02-03');

export function variantLmk(id: string, pairs: Readonly<Record<string, string>>): VariantLmk {
  const bytes = Object.fromEntries(
    Object.entries(pairs).map(([pair, value]) => [pair, fromHex(value)]),
  );
  const zmkPair = bytes['04-05']!;
  return {
    id,
    kind: 'variant',
    name: 'variant',
    pairs: bytes,
    checkValue: toHex(checkValue(zmkPair, { cipher: 'des', method: 'zeros', lengthBytes: 8 })),
    pinKey: hmac('sha256', bytes['02-03']!, PIN_PURPOSE),
  };
}

/** 32 bytes: AES, version 1 blocks; 24 bytes: triple DES, version 0 blocks. */
export function keyBlockLmk(id: string, value: string): KeyBlockLmk {
  const bytes = fromHex(value);
  const aes = bytes.length === 32;
  const check = aes
    ? checkValue(bytes, { cipher: 'aes', method: 'cmac', lengthBytes: 8 })
    : checkValue(bytes, { cipher: 'des', method: 'zeros', lengthBytes: 8 });
  return {
    id,
    kind: 'key-block',
    name: aes ? 'key block, AES' : 'key block, triple DES',
    version: aes ? '1' : '0',
    keys: deriveKeyBlockKeys(aes ? '1' : '0', bytes),
    checkValue: toHex(check),
    pinKey: hmac('sha256', concatBytes(bytes), PIN_PURPOSE),
  };
}

/** The test LMKs that a mode serves, the default one first. */
export function testLmks(mode: HostMode): Lmk[] {
  const aes = keyBlockLmk('01', TEST_KEY_BLOCK_LMKS.aes);
  return mode === 'hardened'
    ? [aes]
    : [variantLmk('00', TEST_LMK_PAIRS), aes, keyBlockLmk('02', TEST_KEY_BLOCK_LMKS.des)];
}

const TEST_CHECK_VALUES: ReadonlySet<string> = new Set(
  testLmks('legacy').map(({ checkValue: value }) => value),
);

/** Whether an LMK is one of the published ones. */
export function isTestLmk(lmk: Lmk): boolean {
  return TEST_CHECK_VALUES.has(lmk.checkValue);
}
