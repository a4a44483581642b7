/**
 * PINs of demo cards: four digits from seed and account number, the same on every run. Only a
 * device that calls itself a demo device answers with them.
 */
import { HmacKey, hmac } from '@pinfold/crypto';
import { isWeakPin } from '@pinfold/pin';

/** The key of the seed that was used last: nearly always the only one. */
let last: { readonly seed: string; readonly key: HmacKey } | undefined;

function keyOf(seed: string): HmacKey {
  if (last?.seed !== seed) {
    last = { seed, key: HmacKey.of(Buffer.from(`pinfold demo pin ${seed}`)) };
  }
  return last.key;
}

/** Draws in one digest: more than enough, for one PIN in 130 is a weak one. */
const DRAWS = 8;

/** The first PIN that is no weak one: devices that issue cards, a payShield for one, refuse those. */
export function demoPin(seed: string, pan: string): string {
  const digest = hmac('sha256', keyOf(seed), Buffer.from(pan));
  const view = new DataView(digest.buffer, digest.byteOffset);
  let pin = '';
  for (let draw = 0; draw < DRAWS; draw++) {
    pin = String(view.getUint32(4 * draw) % 10_000).padStart(4, '0');
    if (!isWeakPin(pin)) break;
  }
  return pin;
}
