/** Double-length DES keys made under a variant LMK in scheme U, with check values, many at once. */
import { DesKey, encryptMany, hasEqualHalves, isWeakDesKey, takeRandom } from '@pinfold/crypto';
import { lmkKeyType, lmkPartKeys } from '@pinfold/keyblock';
import { wordAt } from '@pinfold/pin';
import type { VariantLmk } from '../lmk.js';
import type { LmkDevice } from '../lmk-device.js';
import { BATCH_ROWS } from './rows.js';

const KEY_BYTES = 16;
/** Key types there are: variants 0 to 9 of pairs 0 to F. */
const TYPES_MAX = 160;

type Halves = readonly [DesKey, DesKey];

export class NewKeyBatch {
  readonly #device: LmkDevice;
  /** The LMK's ciphers for both halves of a key, by type. */
  readonly #ciphers = new Map<VariantLmk, Map<number, Halves>>();
  readonly #halves: Halves[] = [];
  readonly #tokens = new Int32Array(4 * BATCH_ROWS);
  readonly #checks = new Int32Array(2 * BATCH_ROWS);
  #rows = 0;

  constructor(device: LmkDevice) {
    this.#device = device;
  }

  clear(): void {
    this.#rows = 0;
  }

  /** A key of the type whose three characters stand at a place; false where there is no such type. */
  add(lmk: VariantLmk, buffer: Uint8Array, at: number): boolean {
    const halves = this.#ciphersOf(lmk, buffer, at);
    if (halves === undefined) return false;
    this.#halves[this.#rows++] = halves;
    return true;
  }

  run(): void {
    const rows = this.#rows;
    const random = Uint8Array.from(takeRandom(this.#device.random, KEY_BYTES * rows));
    const keys: DesKey[] = [];
    const ciphers: DesKey[] = [];
    for (let row = 0; row < rows; row++) {
      const key = this.#keyFrom(random.subarray(KEY_BYTES * row, KEY_BYTES * (row + 1)));
      for (let i = 0; i < 4; i++) this.#tokens[4 * row + i] = wordAt(key, 4 * i);
      ciphers.push(...this.#halves[row]!);
      keys.push(DesKey.owning(key));
    }
    this.#checks.fill(0, 0, 2 * rows);
    encryptMany(keys, this.#checks, rows);
    encryptMany(ciphers, this.#tokens, 2 * rows);
    for (const key of keys) key.wipe();
  }

  /** One of the four words of a row's token. */
  token(row: number, word: number): number {
    return this.#tokens[4 * row + word]!;
  }

  /** The first word of the check value. */
  check(row: number): number {
    return this.#checks[2 * row]!;
  }

  /** Odd parity; other random bytes where the key is a weak one. */
  #keyFrom(bytes: Uint8Array): Uint8Array {
    for (;;) {
      for (let i = 0; i < KEY_BYTES; i++) bytes[i] = ODD[bytes[i]!]!;
      if (!isWeakDesKey(bytes) && !hasEqualHalves(bytes)) return bytes;
      bytes.set(takeRandom(this.#device.random, KEY_BYTES));
    }
  }

  #ciphersOf(lmk: VariantLmk, buffer: Uint8Array, at: number): Halves | undefined {
    const type = (buffer[at]! << 16) | (buffer[at + 1]! << 8) | buffer[at + 2]!;
    let known = this.#ciphers.get(lmk);
    if (known === undefined) {
      known = new Map();
      this.#ciphers.set(lmk, known);
    }
    const held = known.get(type);
    if (held !== undefined || known.size >= TYPES_MAX) return held;
    const row = lmkKeyType(Buffer.from(buffer.subarray(at, at + 3)).toString('latin1'));
    const pair = row === undefined ? undefined : lmk.pairs[row.pair];
    if (row === undefined || pair === undefined) return undefined;
    const halves = lmkPartKeys({ pair, variant: row.variant, scheme: 'U' }) as [DesKey, DesKey];
    known.set(type, halves);
    return halves;
  }
}

/** Each byte with odd parity. */
const ODD = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0;
  for (let bit = 1; bit < 8; bit++) ones += (byte >> bit) & 1;
  return (byte & 0xfe) | (ones % 2 === 0 ? 1 : 0);
});
