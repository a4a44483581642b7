/**
 * The offset or PVV of a verification record, so that nobody reads it: rule M2.sealed-value. An offset
 * is PIN minus natural PIN, so whoever can have offsets made of PINs that he knows, and read them, knows
 * every natural PIN. A random number in each record keeps two records of one PIN apart, as in the PIN
 * reference values of IBM's DK PIN methods.
 *
 *   random number (8 bytes) | value, two digits a byte, filled with zeros (6 bytes), enciphered
 *
 * in hexadecimal. Enciphered: XORed with AES over the random number and the last 16 account digits. The
 * record's MAC covers the text.
 */
import {
  AesKey,
  aesEncryptBlock,
  concatBytes,
  fromHex,
  type RandomBytes,
  toHex,
  xorBytes,
} from '@pinfold/crypto';
import type { MasterKeySet } from '../keys/master-keys.js';
import { deriveKey } from '../tokens/siv.js';

const RANDOM_BYTES = 8;
const VALUE_BYTES = 6;
/** Characters of the text. */
export const SEALED_VALUE_TEXT = 2 * (RANDOM_BYTES + VALUE_BYTES);

export class ValueSeal {
  readonly #key: AesKey;

  constructor(masterKeys: MasterKeySet) {
    const master = AesKey.of(masterKeys.exposeKey('PMK'));
    const bytes = deriveKey(master, 'pinfold verification value');
    this.#key = AesKey.of(bytes);
    bytes.fill(0);
    master.wipe();
  }

  /** `value`: 4 to 12 digits. */
  seal(value: string, pan: string, random: RandomBytes): string {
    const salt = random(RANDOM_BYTES);
    const clear = fromHex(value.padEnd(2 * VALUE_BYTES, '0'));
    return toHex(concatBytes(salt, xorBytes(clear, this.#stream(salt, pan))));
  }

  /** The digits; the record's MAC was verified before. */
  open(text: string, pan: string, digits: number): string {
    const bytes = fromHex(text);
    const stream = this.#stream(bytes.subarray(0, RANDOM_BYTES), pan);
    return toHex(xorBytes(bytes.subarray(RANDOM_BYTES), stream)).slice(0, digits);
  }

  wipe(): void {
    this.#key.wipe();
  }

  #stream(salt: Uint8Array, pan: string): Uint8Array {
    const account = fromHex(pan.slice(-16).padStart(16, '0'));
    return aesEncryptBlock(this.#key, concatBytes(salt, account)).subarray(0, VALUE_BYTES);
  }
}
