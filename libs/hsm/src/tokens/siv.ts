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

const block = new Uint8Array(BLOCK);
const counter = new Uint8Array(BLOCK);

export class Siv {
  readonly #mac: AesKey;
  readonly #cipher: AesKey;
  /** CMAC's first subkey: every message here is whole blocks. */
  readonly #subkey: Uint8Array;

  /** `master`: 32 bytes. `label` keeps the keys of different purposes apart. */
  constructor(master: Uint8Array, label: string) {
    const key = AesKey.of(master);
    this.#mac = derive(key, `${label} mac`);
    this.#cipher = derive(key, `${label} cipher`);
    key.wipe();
    this.#subkey = doubled(this.#mac);
  }

  /** Writes the tag of `data[0..length)` (whole blocks) to `out[at..]`. */
  tag(data: Uint8Array, length: number, out: Uint8Array, at: number): void {
    for (let i = 0; i < BLOCK; i++) block[i] = 0;
    for (let from = 0; from < length; from += BLOCK) {
      const last = from + BLOCK === length;
      for (let i = 0; i < BLOCK; i++) {
        block[i]! ^= data[from + i]! ^ (last ? this.#subkey[i]! : 0);
      }
      this.#mac.encryptInto(block, 0, block, 0);
    }
    for (let i = 0; i < BLOCK; i++) out[at + i] = block[i]!;
  }

  /** Enciphers or deciphers `data[from..to)` (whole blocks) in place, counting from `tag`. */
  crypt(data: Uint8Array, from: number, to: number, tag: Uint8Array, tagAt: number): void {
    for (let i = 0; i < BLOCK; i++) counter[i] = tag[tagAt + i]!;
    for (let at = from; at < to; at += BLOCK) {
      this.#cipher.encryptInto(counter, 0, block, 0);
      for (let i = 0; i < BLOCK; i++) data[at + i]! ^= block[i]!;
      for (let i = BLOCK - 1; i >= 12; i--) {
        counter[i] = counter[i]! + 1;
        if (counter[i] !== 0) break;
      }
    }
    for (let i = 0; i < BLOCK; i++) block[i] = 0;
  }

  wipe(): void {
    this.#mac.wipe();
    this.#cipher.wipe();
    wipe(this.#subkey);
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
function doubled(key: AesKey): Uint8Array {
  const out = new Uint8Array(BLOCK);
  key.encryptInto(out, 0, out, 0);
  const carry = out[0]! >> 7;
  for (let i = 0; i < BLOCK - 1; i++) out[i] = (out[i]! << 1) | (out[i + 1]! >> 7);
  out[BLOCK - 1] = (out[BLOCK - 1]! << 1) ^ (-carry & 0x87);
  return out;
}
