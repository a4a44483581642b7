/** Keys that come out of others, one way: which inputs go in beside the key, all of them public. */
import { aesInitialKey, tdesInitialKey } from '@pinfold/pin';
import type { Algorithm } from './usages.js';

/** A terminal's initial DUKPT key (ANSI X9.24-1, A.6; X9.24-3, 6.3) from its key serial number. */
export interface Derivation {
  readonly method: 'dukpt-initial';
  readonly ksn: Uint8Array;
}

const IKID_BYTES = 8;

/** What of a key serial number names the initial key: under AES the first eight bytes. */
export function initialKeyId(ksn: Uint8Array): Uint8Array {
  return ksn.slice(0, IKID_BYTES);
}

export function deriveBytes(
  key: Uint8Array,
  algorithm: Algorithm,
  { ksn }: Derivation,
): Uint8Array {
  return algorithm === 'A'
    ? aesInitialKey({ bdk: key, ikid: initialKeyId(ksn) })
    : tdesInitialKey({ bdk: key, ksn });
}
