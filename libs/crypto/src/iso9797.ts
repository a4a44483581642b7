/**
 * ISO/IEC 9797-1 MACs with DES: algorithm 1 (CBC-MAC) and algorithm 3 (retail MAC, ANSI X9.19),
 * paddings 1, 2 and 3, whole or in parts with the chaining value carried between them.
 * Not here: algorithms 2, 4 and 6; algorithm 5 is `cmac`.
 */

import { DesKey, readWord, writeWords } from './des-key.js';
import { InputError, requireBytes, requireInteger, requireLength, requireOneOf } from './errors.js';
import { PASS_BYTES } from './integer/layout.js';
import { cryptBlock } from './integer/schedules.js';
import {
  type Iso9797Padding,
  lengthBlock,
  requirePadding,
  wholeBlocksOnly,
} from './iso9797-padding.js';

export interface Iso9797Parameters {
  /** 1: CBC-MAC under the whole key. 3: single DES under K1, then decrypt K2, encrypt K1 (or K3). */
  readonly algorithm: 1 | 3;
  readonly padding: Iso9797Padding;
  /** Algorithm 1: 8, 16 or 24 bytes. Algorithm 3: 16 or 24. */
  readonly key: Uint8Array | DesKey;
}

const BLOCK = 8;

/**
 * The MAC of `data`: its `lengthBytes` (4 to 8) left-most bytes, all eight by default.
 * @throws InputError BYTES_EXPECTED, KEY_LENGTH, MAC_ALGORITHM, MAC_PADDING, MAC_LENGTH,
 *   DATA_LENGTH (padding 0 and not whole blocks, or nothing), KEY_WIPED
 */
export function iso9797Mac({
  algorithm,
  padding,
  key,
  data,
  lengthBytes = BLOCK,
}: Iso9797Parameters & { readonly data: Uint8Array; readonly lengthBytes?: number }): Uint8Array {
  requireBytes(data, 'data');
  const stream = new Iso9797Stream({ algorithm, padding, key, totalBytes: data.length });
  return stream.update(data).finish(lengthBytes);
}

/**
 * A MAC taken in parts. A host that keeps no state between parts carries `chainingValue()` and
 * passes it as `iv` to the next stream, which continues after whole blocks.
 */
export class Iso9797Stream {
  readonly #key: DesKey;
  readonly #ownsKey: boolean;
  readonly #algorithm: 1 | 3;
  readonly #padding: Iso9797Padding;
  readonly #state = new Int32Array(2);
  readonly #pending = new Uint8Array(BLOCK);
  #pendingBytes = 0;
  /** Whether a block of the message itself was taken: padding 1 of nothing is a block of zeros. */
  #started: boolean;
  #finished = false;
  #bytesLeft: number | undefined;

  /**
   * `iv`: chaining value of the parts before (8 bytes). `totalBytes`: length of the whole message,
   * needed by padding 3 on its first part, since the length block comes first.
   * @throws InputError BYTES_EXPECTED, KEY_LENGTH, MAC_ALGORITHM, MAC_PADDING, IV_LENGTH,
   *   MAC_TOTAL, KEY_WIPED
   */
  constructor({
    algorithm,
    padding,
    key,
    iv,
    totalBytes,
  }: Iso9797Parameters & { readonly iv?: Uint8Array; readonly totalBytes?: number }) {
    requireOneOf(algorithm, { name: 'algorithm', code: 'MAC_ALGORITHM', allowed: [1, 3] });
    requirePadding(padding);
    this.#ownsKey = !(key instanceof DesKey);
    this.#key = key instanceof DesKey ? key : DesKey.of(key);
    if (algorithm === 3 && this.#key.lengthBytes === 8) {
      throw new InputError('KEY_LENGTH', 'algorithm 3 needs a DES key of 16 or 24 bytes');
    }
    this.#algorithm = algorithm;
    this.#padding = padding;
    this.#started = iv !== undefined;
    if (iv !== undefined) {
      requireLength(iv, { name: 'iv', code: 'IV_LENGTH', allowed: [BLOCK] });
      this.#state[0] = readWord(iv, 0);
      this.#state[1] = readWord(iv, 4);
    } else if (padding === 3) {
      const limits = { min: 0, max: Number.MAX_SAFE_INTEGER };
      requireInteger(totalBytes, { name: 'totalBytes', code: 'MAC_TOTAL', ...limits });
      this.#chain(lengthBlock(totalBytes), 0, BLOCK);
      this.#bytesLeft = totalBytes;
    }
  }

  /** Takes the next bytes. @throws InputError BYTES_EXPECTED, MAC_TOTAL, MAC_FINISHED, KEY_WIPED */
  update(data: Uint8Array): this {
    requireBytes(data, 'data');
    this.#requireOpen();
    if (this.#bytesLeft !== undefined) {
      if (data.length > this.#bytesLeft) throw wrongTotal();
      this.#bytesLeft -= data.length;
    }
    let at = 0;
    if (this.#pendingBytes > 0) {
      at = Math.min(BLOCK - this.#pendingBytes, data.length);
      this.#pending.set(data.subarray(0, at), this.#pendingBytes);
      this.#pendingBytes += at;
      if (this.#pendingBytes < BLOCK) return this;
      this.#chain(this.#pending, 0, BLOCK);
    }
    const end = data.length - ((data.length - at) % BLOCK);
    this.#chain(data, at, end);
    this.#pendingBytes = data.length - end;
    for (let i = end; i < data.length; i++) this.#pending[i - end] = data[i]!;
    if (data.length > 0) this.#started = true;
    return this;
  }

  /**
   * The state to carry into the next part. @throws InputError DATA_LENGTH: not after whole blocks;
   * MAC_FINISHED
   */
  chainingValue(): Uint8Array {
    this.#requireOpen();
    if (this.#pendingBytes > 0) throw wholeBlocksOnly();
    const out = new Uint8Array(BLOCK);
    writeWords(this.#state, out, 0);
    return out;
  }

  /**
   * Pads, ends the MAC and wipes the state. `lengthBytes`: 4 to 8.
   * @throws InputError MAC_LENGTH, MAC_TOTAL, DATA_LENGTH, MAC_FINISHED, KEY_WIPED
   */
  finish(lengthBytes = BLOCK): Uint8Array {
    this.#requireOpen();
    const limits = { min: 4, max: BLOCK };
    requireInteger(lengthBytes, { name: 'MAC length in bytes', code: 'MAC_LENGTH', ...limits });
    if (this.#bytesLeft !== undefined && this.#bytesLeft !== 0) throw wrongTotal();
    this.#pad();
    if (this.#algorithm === 3) this.#outputTransformation();
    const out = new Uint8Array(BLOCK);
    writeWords(this.#state, out, 0);
    this.#finished = true;
    this.#state.fill(0);
    this.#pending.fill(0);
    if (this.#ownsKey) this.#key.wipe();
    return lengthBytes === BLOCK ? out : out.slice(0, lengthBytes);
  }

  #pad(): void {
    if (this.#padding === 0 && (this.#pendingBytes > 0 || !this.#started)) throw wholeBlocksOnly();
    const needed = this.#padding === 2 || this.#pendingBytes > 0 || !this.#started;
    if (!needed) return;
    this.#pending.fill(0, this.#pendingBytes);
    if (this.#padding === 2) this.#pending[this.#pendingBytes] = 0x80;
    this.#chain(this.#pending, 0, BLOCK);
  }

  /** CBC over the whole blocks from `at` to `end`. */
  #chain(data: Uint8Array, from: number, end: number): void {
    const schedule = this.#key.encryptionSchedule();
    const last = schedule + (this.#algorithm === 3 ? PASS_BYTES : this.#key.scheduleBytes);
    const state = this.#state;
    for (let at = from; at < end; at += BLOCK) {
      const l = state[0]! ^ readWord(data, at);
      const r = state[1]! ^ readWord(data, at + 4);
      cryptBlock(schedule, last, l, r, state);
    }
  }

  /** Decrypt under K2, encrypt under K1 or K3: the last two passes of the triple schedule. */
  #outputTransformation(): void {
    const schedule = this.#key.encryptionSchedule();
    const end = schedule + this.#key.scheduleBytes;
    cryptBlock(schedule + PASS_BYTES, end, this.#state[0]!, this.#state[1]!, this.#state);
  }

  #requireOpen(): void {
    if (this.#finished) throw new InputError('MAC_FINISHED', 'a finished MAC takes nothing more');
  }
}

function wrongTotal(): InputError {
  return new InputError('MAC_TOTAL', 'the data must be as long as totalBytes said');
}
