/**
 * What wrapping and unwrapping share: the MAC and the cipher of a key block, by the version's row.
 */
import {
  type AesKey,
  type BlockKey,
  cmac,
  concatBytes,
  ctr,
  type DesKey,
  decryptCbc,
  encryptCbc,
  iso9797Mac,
} from '@pinfold/crypto';
import type { KeyBlockVersionRow } from './versions.js';

/**
 * The block's MAC, cut to the version's length. `header` is the header text with its optional
 * blocks.
 */
export function keyBlockMac(
  key: BlockKey,
  row: KeyBlockVersionRow,
  { header, data }: { header: string; data: Uint8Array },
): Uint8Array {
  const input = concatBytes(Buffer.from(header, 'latin1'), data);
  const mac =
    row.mac === 'cmac'
      ? cmac(key, input)
      : iso9797Mac({ algorithm: 1, padding: 0, key: key as DesKey, data: input });
  return mac.slice(0, row.macBytes);
}

/** The initial vector: the MAC where it covers the clear key, else the start of the header. */
export function keyBlockIv(row: KeyBlockVersionRow, header: string, mac: Uint8Array): Uint8Array {
  return row.macOver === 'clear'
    ? mac
    : Uint8Array.from(Buffer.from(header.slice(0, row.blockBytes), 'latin1'));
}

/** Enciphers the key field under the version's mode. */
export function encipher(
  key: BlockKey,
  row: KeyBlockVersionRow,
  { iv, data }: { iv: Uint8Array; data: Uint8Array },
): Uint8Array {
  return row.mode === 'ctr' ? ctr(key as AesKey, iv, data) : encryptCbc(key, iv, data);
}

/** Deciphers the key field under the version's mode. */
export function decipher(
  key: BlockKey,
  row: KeyBlockVersionRow,
  { iv, data }: { iv: Uint8Array; data: Uint8Array },
): Uint8Array {
  return row.mode === 'ctr' ? ctr(key as AesKey, iv, data) : decryptCbc(key, iv, data);
}
