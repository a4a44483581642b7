/**
 * PINs of demo cards: four digits from seed and account number, the same on every run. Only a
 * device that calls itself a demo device answers with them.
 */
import { HmacKey, hmac } from '@pinfold/crypto';

/** The key of the seed that was used last: nearly always the only one. */
let last: { readonly seed: string; readonly key: HmacKey } | undefined;

function keyOf(seed: string): HmacKey {
  if (last?.seed !== seed) {
    last = { seed, key: HmacKey.of(Buffer.from(`pinfold demo pin ${seed}`)) };
  }
  return last.key;
}

export function demoPin(seed: string, pan: string): string {
  const digest = hmac('sha256', keyOf(seed), Buffer.from(pan));
  const number = new DataView(digest.buffer, digest.byteOffset).getUint32(0) % 10_000;
  return String(number).padStart(4, '0');
}
