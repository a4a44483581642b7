/**
 * Deterministic authenticated encryption of short secrets, in the manner of SIV (RFC 5297): the tag
 * is a CMAC over header and secret under one key, and the counter mode that enciphers the secret
 * under another key starts from the tag. Both keys come from a master key by SP 800-108 (counter
 * mode, CMAC).
 *
 *   tag = CMAC(K1, header ‖ secret ‖ zeros)        secret is padded to whole blocks
 *   ciphertext = secret ‖ zeros XOR AES(K2, tag), AES(K2, tag + 1), …
 *
 * The header states the secret's length, so that the padding is unambiguous. Left out against RFC
 * 5297: the vector of strings (one header only), and clearing of counter bits (the counter is the
 * whole last word of the tag).
 */
import { AesKey, cmac, concatBytes, wipe } from '@pinfold/crypto';

export const BLOCK = 16;

/** Words of a block. Data is worked on as the words that its bytes are in memory. */
const WORDS = BLOCK >> 2;
const block = new Int32Array(WORDS);
const counter = new Int32Array(WORDS);
const counterBytes = new Uint8Array(counter.buffer);

export class Siv {
  readonly #mac: AesKey;
  readonly #cipher: AesKey;
  /** CMAC's first subkey: every message here is whole blocks. */
  readonly #subkey: Int32Array;

  /** `master`: 32 bytes. `label` keeps the keys of different purposes apart. */
  constructor(master: Uint8Array, label: string) {
    const key = AesKey.of(master);
    this.#mac = derive(key, `${label} mac`);
    this.#cipher = derive(key, `${label} cipher`);
    key.wipe();
    this.#subkey = doubled(this.#mac);
  }

  /** Writes the tag of the first `length` bytes of `data` (whole blocks) to `out`, from byte `at` on. */
  tag(data: Int32Array, length: number, out: Int32Array, at: number): void {
    const end = length >> 2;
    for (let i = 0; i < WORDS; i++) block[i] = 0;
    for (let from = 0; from < end; from += WORDS) {
      for (let i = 0; i < WORDS; i++) block[i]! ^= data[from + i]!;
      if (from + WORDS === end) for (let i = 0; i < WORDS; i++) block[i]! ^= this.#subkey[i]!;
      this.#mac.encryptWords(block);
    }
    for (let i = 0; i < WORDS; i++) out[(at >> 2) + i] = block[i]!;
  }

  /** Enciphers or deciphers bytes `from` to `to` of `data` (whole blocks) in place, counting from `tag`. */
  crypt(data: Int32Array, from: number, to: number, tag: Int32Array, tagAt: number): void {
    for (let i = 0; i < WORDS; i++) counter[i] = tag[(tagAt >> 2) + i]!;
    for (let at = from >> 2; at < to >> 2; at += WORDS) {
      for (let i = 0; i < WORDS; i++) block[i] = counter[i]!;
      this.#cipher.encryptWords(block);
      for (let i = 0; i < WORDS; i++) data[at + i]! ^= block[i]!;
      for (let i = BLOCK - 1; i >= 12; i--) {
        counterBytes[i]!++;
        if (counterBytes[i] !== 0) break;
      }
    }
    for (let i = 0; i < WORDS; i++) block[i] = 0;
  }

  wipe(): void {
    this.#mac.wipe();
    this.#cipher.wipe();
    this.#subkey.fill(0);
  }
}

/** 32 bytes by SP 800-108 in counter mode: CMAC(master, i ‖ label ‖ 00 ‖ 256). */
export function deriveKey(master: AesKey, label: string): Uint8Array {
  const parts = [1, 2].map((i) =>
    cmac(
      master,
      concatBytes(Uint8Array.of(i), Uint8Array.from(Buffer.from(label)), Uint8Array.of(0, 1, 0)),
    ),
  );
  return concatBytes(...parts);
}

function derive(master: AesKey, label: string): AesKey {
  const bytes = deriveKey(master, label);
  const key = AesKey.of(bytes);
  wipe(bytes);
  return key;
}

/** E(K, 0) doubled in GF(2^128): SP 800-38B, subkey K1. */
function doubled(key: AesKey): Int32Array {
  const out = new Uint8Array(BLOCK);
  key.encryptInto(out, 0, out, 0);
  const carry = out[0]! >> 7;
  for (let i = 0; i < BLOCK - 1; i++) out[i] = (out[i]! << 1) | (out[i + 1]! >> 7);
  out[BLOCK - 1] = (out[BLOCK - 1]! << 1) ^ (-carry & 0x87);
  return new Int32Array(out.buffer);
}
