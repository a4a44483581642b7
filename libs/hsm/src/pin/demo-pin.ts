/**
 * PINs of demo cards: four digits from seed and account number, the same on every run. Only a
 * device that calls itself a demo device answers with them.
 */
import { hmac } from '@pinfold/crypto';

export function demoPin(seed: string, pan: string): string {
  const key = Uint8Array.from(Buffer.from(`pinfold demo pin ${seed}`));
  const digest = hmac('sha256', key, Uint8Array.from(Buffer.from(pan)));
  const number = new DataView(digest.buffer, digest.byteOffset).getUint32(0) % 10_000;
  return String(number).padStart(4, '0');
}
