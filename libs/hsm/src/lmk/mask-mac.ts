/**
 * MACs of the masks (issuer proprietary bitmaps) of truncated cryptograms: whoever has such a mask changed
 * to fewer bits would have weaker codes taken.
 *
 *   variant LMK: ISO 9797-1 algorithm 3 under pair 18-19 variant 2, as the HSM 8000 console gives it (MI)
 *   key-block LMK: CMAC under a key derived from the LMK, of its own making
 */
import { AesKey, cmac, DesKey, hmac, iso9797Mac } from '@pinfold/crypto';
import { lmkVariant } from '@pinfold/keyblock';
import { mustEqual } from './equal.js';
import type { Lmk } from './lmk.js';
import type { LmkContext } from './lmk-context.js';

const PURPOSE = new TextEncoder().encode('MAC on masks of cryptograms');
const MAC_BYTES = 4;

/** Four bytes. */
export function macOfMask(lmk: Lmk, mask: Uint8Array): Uint8Array {
  if (lmk.kind === 'variant') {
    const key = DesKey.of(lmkVariant(lmk.pairs['18-19']!, 2));
    const mac = iso9797Mac({ algorithm: 3, padding: 1, key, data: mask });
    key.wipe();
    return mac.slice(0, MAC_BYTES);
  }
  const key = AesKey.of(hmac('sha256', lmk.pinKey, PURPOSE));
  const mac = cmac(key, mask);
  key.wipe();
  return mac.slice(0, MAC_BYTES);
}

/** Ends the command with 06 for a wrong one. */
export function mustMatchMaskMac({ lmk }: LmkContext, mask: Uint8Array, mac: Uint8Array): void {
  mustEqual(macOfMask(lmk, mask), mac, '06');
}
