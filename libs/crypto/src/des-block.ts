/**
 * One DES or triple-DES block on 32-bit integers in TypeScript: FIPS 46-3 with the S-boxes joined to P.
 * The integer engine has the same algorithm as a module of WebAssembly (`integer/module.ts`), and takes
 * this one where there is no WebAssembly.
 *
 * The shape was chosen by measurement: eight tables of their own (no offset to add), a key word
 * laid out so that no S-box input is rotated, sixteen rounds written out, one initial and one final
 * permutation around all passes. Time depends on the data through the cache, as it does in OpenSSL:
 * the bit-sliced engine is the constant-time one.
 */

import { S_BOX_WORDS } from './integer/tables.js';

const [S1, S2, S3, S4, S5, S6, S7, S8] = S_BOX_WORDS as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

/**
 * Enciphers the block `l`, `r` (big-endian halves) with the words `from` to `end` of `ks`: 32 words
 * are one DES pass, 96 are triple DES. Deciphering is the same with the other schedule.
 * The answer goes to `out[0]` and `out[1]`; nothing is allocated or checked.
 */
export function desBlock(
  ks: Int32Array,
  { from, end }: { from: number; end: number },
  l: number,
  r: number,
  out: Int32Array,
): void {
  let t = 0;
  let u = 0;
  let v = 0;
  t = ((l >>> 4) ^ r) & 0x0f0f0f0f;
  r ^= t;
  l ^= t << 4;
  t = ((l >>> 16) ^ r) & 0x0000ffff;
  r ^= t;
  l ^= t << 16;
  t = ((r >>> 2) ^ l) & 0x33333333;
  l ^= t;
  r ^= t << 2;
  t = ((r >>> 8) ^ l) & 0x00ff00ff;
  l ^= t;
  r ^= t << 8;
  t = ((l >>> 1) ^ r) & 0x55555555;
  r ^= t;
  l ^= t << 1;
  l = (l >>> 1) | (l << 31);
  r = (r >>> 1) | (r << 31);
  for (let k = from; k < end; k = (k + 32) | 0) {
    u = r ^ ks[k]!;
    v = r ^ ks[k + 1]!;
    l ^=
      S1[u >>> 26]! ^
      S3[(u >>> 18) & 63]! ^
      S5[(u >>> 10) & 63]! ^
      S7[(u >>> 2) & 63]! ^
      S2[(v >>> 22) & 63]! ^
      S4[(v >>> 14) & 63]! ^
      S6[(v >>> 6) & 63]! ^
      S8[((v << 2) | (v >>> 30)) & 63]!;
    u = l ^ ks[k + 2]!;
    v = l ^ ks[k + 3]!;
    r ^=
      S1[u >>> 26]! ^
      S3[(u >>> 18) & 63]! ^
      S5[(u >>> 10) & 63]! ^
      S7[(u >>> 2) & 63]! ^
      S2[(v >>> 22) & 63]! ^
      S4[(v >>> 14) & 63]! ^
      S6[(v >>> 6) & 63]! ^
      S8[((v << 2) | (v >>> 30)) & 63]!;
    u = r ^ ks[k + 4]!;
    v = r ^ ks[k + 5]!;
    l ^=
      S1[u >>> 26]! ^
      S3[(u >>> 18) & 63]! ^
      S5[(u >>> 10) & 63]! ^
      S7[(u >>> 2) & 63]! ^
      S2[(v >>> 22) & 63]! ^
      S4[(v >>> 14) & 63]! ^
      S6[(v >>> 6) & 63]! ^
      S8[((v << 2) | (v >>> 30)) & 63]!;
    u = l ^ ks[k + 6]!;
    v = l ^ ks[k + 7]!;
    r ^=
      S1[u >>> 26]! ^
      S3[(u >>> 18) & 63]! ^
      S5[(u >>> 10) & 63]! ^
      S7[(u >>> 2) & 63]! ^
      S2[(v >>> 22) & 63]! ^
      S4[(v >>> 14) & 63]! ^
      S6[(v >>> 6) & 63]! ^
      S8[((v << 2) | (v >>> 30)) & 63]!;
    u = r ^ ks[k + 8]!;
    v = r ^ ks[k + 9]!;
    l ^=
      S1[u >>> 26]! ^
      S3[(u >>> 18) & 63]! ^
      S5[(u >>> 10) & 63]! ^
      S7[(u >>> 2) & 63]! ^
      S2[(v >>> 22) & 63]! ^
      S4[(v >>> 14) & 63]! ^
      S6[(v >>> 6) & 63]! ^
      S8[((v << 2) | (v >>> 30)) & 63]!;
    u = l ^ ks[k + 10]!;
    v = l ^ ks[k + 11]!;
    r ^=
      S1[u >>> 26]! ^
      S3[(u >>> 18) & 63]! ^
      S5[(u >>> 10) & 63]! ^
      S7[(u >>> 2) & 63]! ^
      S2[(v >>> 22) & 63]! ^
      S4[(v >>> 14) & 63]! ^
      S6[(v >>> 6) & 63]! ^
      S8[((v << 2) | (v >>> 30)) & 63]!;
    u = r ^ ks[k + 12]!;
    v = r ^ ks[k + 13]!;
    l ^=
      S1[u >>> 26]! ^
      S3[(u >>> 18) & 63]! ^
      S5[(u >>> 10) & 63]! ^
      S7[(u >>> 2) & 63]! ^
      S2[(v >>> 22) & 63]! ^
      S4[(v >>> 14) & 63]! ^
      S6[(v >>> 6) & 63]! ^
      S8[((v << 2) | (v >>> 30)) & 63]!;
    u = l ^ ks[k + 14]!;
    v = l ^ ks[k + 15]!;
    r ^=
      S1[u >>> 26]! ^
      S3[(u >>> 18) & 63]! ^
      S5[(u >>> 10) & 63]! ^
      S7[(u >>> 2) & 63]! ^
      S2[(v >>> 22) & 63]! ^
      S4[(v >>> 14) & 63]! ^
      S6[(v >>> 6) & 63]! ^
      S8[((v << 2) | (v >>> 30)) & 63]!;
    u = r ^ ks[k + 16]!;
    v = r ^ ks[k + 17]!;
    l ^=
      S1[u >>> 26]! ^
      S3[(u >>> 18) & 63]! ^
      S5[(u >>> 10) & 63]! ^
      S7[(u >>> 2) & 63]! ^
      S2[(v >>> 22) & 63]! ^
      S4[(v >>> 14) & 63]! ^
      S6[(v >>> 6) & 63]! ^
      S8[((v << 2) | (v >>> 30)) & 63]!;
    u = l ^ ks[k + 18]!;
    v = l ^ ks[k + 19]!;
    r ^=
      S1[u >>> 26]! ^
      S3[(u >>> 18) & 63]! ^
      S5[(u >>> 10) & 63]! ^
      S7[(u >>> 2) & 63]! ^
      S2[(v >>> 22) & 63]! ^
      S4[(v >>> 14) & 63]! ^
      S6[(v >>> 6) & 63]! ^
      S8[((v << 2) | (v >>> 30)) & 63]!;
    u = r ^ ks[k + 20]!;
    v = r ^ ks[k + 21]!;
    l ^=
      S1[u >>> 26]! ^
      S3[(u >>> 18) & 63]! ^
      S5[(u >>> 10) & 63]! ^
      S7[(u >>> 2) & 63]! ^
      S2[(v >>> 22) & 63]! ^
      S4[(v >>> 14) & 63]! ^
      S6[(v >>> 6) & 63]! ^
      S8[((v << 2) | (v >>> 30)) & 63]!;
    u = l ^ ks[k + 22]!;
    v = l ^ ks[k + 23]!;
    r ^=
      S1[u >>> 26]! ^
      S3[(u >>> 18) & 63]! ^
      S5[(u >>> 10) & 63]! ^
      S7[(u >>> 2) & 63]! ^
      S2[(v >>> 22) & 63]! ^
      S4[(v >>> 14) & 63]! ^
      S6[(v >>> 6) & 63]! ^
      S8[((v << 2) | (v >>> 30)) & 63]!;
    u = r ^ ks[k + 24]!;
    v = r ^ ks[k + 25]!;
    l ^=
      S1[u >>> 26]! ^
      S3[(u >>> 18) & 63]! ^
      S5[(u >>> 10) & 63]! ^
      S7[(u >>> 2) & 63]! ^
      S2[(v >>> 22) & 63]! ^
      S4[(v >>> 14) & 63]! ^
      S6[(v >>> 6) & 63]! ^
      S8[((v << 2) | (v >>> 30)) & 63]!;
    u = l ^ ks[k + 26]!;
    v = l ^ ks[k + 27]!;
    r ^=
      S1[u >>> 26]! ^
      S3[(u >>> 18) & 63]! ^
      S5[(u >>> 10) & 63]! ^
      S7[(u >>> 2) & 63]! ^
      S2[(v >>> 22) & 63]! ^
      S4[(v >>> 14) & 63]! ^
      S6[(v >>> 6) & 63]! ^
      S8[((v << 2) | (v >>> 30)) & 63]!;
    u = r ^ ks[k + 28]!;
    v = r ^ ks[k + 29]!;
    l ^=
      S1[u >>> 26]! ^
      S3[(u >>> 18) & 63]! ^
      S5[(u >>> 10) & 63]! ^
      S7[(u >>> 2) & 63]! ^
      S2[(v >>> 22) & 63]! ^
      S4[(v >>> 14) & 63]! ^
      S6[(v >>> 6) & 63]! ^
      S8[((v << 2) | (v >>> 30)) & 63]!;
    u = l ^ ks[k + 30]!;
    v = l ^ ks[k + 31]!;
    r ^=
      S1[u >>> 26]! ^
      S3[(u >>> 18) & 63]! ^
      S5[(u >>> 10) & 63]! ^
      S7[(u >>> 2) & 63]! ^
      S2[(v >>> 22) & 63]! ^
      S4[(v >>> 14) & 63]! ^
      S6[(v >>> 6) & 63]! ^
      S8[((v << 2) | (v >>> 30)) & 63]!;
    t = l;
    l = r;
    r = t;
  }
  l = (l << 1) | (l >>> 31);
  r = (r << 1) | (r >>> 31);
  t = ((l >>> 1) ^ r) & 0x55555555;
  r ^= t;
  l ^= t << 1;
  t = ((r >>> 8) ^ l) & 0x00ff00ff;
  l ^= t;
  r ^= t << 8;
  t = ((r >>> 2) ^ l) & 0x33333333;
  l ^= t;
  r ^= t << 2;
  t = ((l >>> 16) ^ r) & 0x0000ffff;
  r ^= t;
  l ^= t << 16;
  t = ((l >>> 4) ^ r) & 0x0f0f0f0f;
  r ^= t;
  l ^= t << 4;
  out[0] = l;
  out[1] = r;
}
