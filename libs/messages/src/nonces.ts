/** Nonces of AES-GCM, drawn from the random source many at once: a draw costs more than its bytes. */
import { type RandomBytes, takeRandom } from '@pinfold/crypto';
import { NONCE_BYTES } from './gcm.js';

const DRAWN_AT_ONCE = 64;

export class Nonces {
  readonly #random: RandomBytes;
  #drawn: Uint8Array = new Uint8Array(0);
  #next = 0;

  constructor(random: RandomBytes) {
    this.#random = random;
  }

  /** 12 bytes that no other call gets. */
  next(): Uint8Array {
    if (this.#next >= this.#drawn.length) {
      this.#drawn = takeRandom(this.#random, DRAWN_AT_ONCE * NONCE_BYTES);
      this.#next = 0;
    }
    const from = this.#next;
    this.#next += NONCE_BYTES;
    return this.#drawn.subarray(from, this.#next);
  }
}
