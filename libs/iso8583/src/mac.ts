/**
 * What a message's MAC covers: every packed byte before it. The MAC is the last field, 64 or (with a
 * secondary bitmap) 128, 8 bytes; its bit in the bitmap is set and covered.
 *
 * Sender: `packForMac`, MAC over `macInputOf`, `placeMac`: the message is packed once.
 * Receiver: `macInputOf` and `macOf` on the bytes as they came, before anything else is looked at.
 */
import { InputError } from '@pinfold/crypto';
import { HEX_DIGIT, HEX_VALUE } from './characters.js';
import type { IsoMessage } from './message.js';
import { pack } from './pack.js';
import { ASCII_1987, type Packaging } from './packaging.js';

export const MAC_BYTES = 8;

/** 128 when a field above 64 is present, else 64. */
export function macFieldOf(message: IsoMessage): 64 | 128 {
  for (let number = 65; number <= 128; number++) {
    if (message.fields[number] !== undefined) return 128;
  }
  return 64;
}

/** Packs with zeros in the MAC's place, for `macInputOf` and then `placeMac`. Adds the field. */
export function packForMac(message: IsoMessage, packaging: Packaging = ASCII_1987): Uint8Array {
  message.fields[macFieldOf(message)] = new Uint8Array(MAC_BYTES);
  return pack(message, packaging);
}

/** Writes the MAC into the last field of bytes from `packForMac`; the same bytes come back. */
export function placeMac(
  bytes: Uint8Array,
  mac: Uint8Array,
  packaging: Packaging = ASCII_1987,
): Uint8Array {
  if (mac.length < MAC_BYTES) throw new InputError('MAC_LENGTH', 'a MAC has 8 bytes');
  if (packaging.encoding.b === 'binary') {
    bytes.set(mac.subarray(0, MAC_BYTES), bytes.length - MAC_BYTES);
    return bytes;
  }
  const at = bytes.length - 2 * MAC_BYTES;
  for (let i = 0; i < MAC_BYTES; i++) {
    bytes[at + 2 * i] = HEX_DIGIT[mac[i]! >> 4]!;
    bytes[at + 2 * i + 1] = HEX_DIGIT[mac[i]! & 15]!;
  }
  return bytes;
}

/** The bytes that the MAC of this message covers. Throws InputError as pack does. */
export function macInput(message: IsoMessage, packaging: Packaging = ASCII_1987): Uint8Array {
  const bytes = packForMac({ mti: message.mti, fields: { ...message.fields } }, packaging);
  return bytes.subarray(0, bytes.length - macBytes(packaging));
}

/** The covered part of received bytes (a view); undefined when the bitmap shows no MAC. */
export function macInputOf(
  bytes: Uint8Array,
  packaging: Packaging = ASCII_1987,
): Uint8Array | undefined {
  const end = bytes.length - macBytes(packaging);
  return hasMac(bytes, packaging, end) ? bytes.subarray(0, end) : undefined;
}

/** The MAC of received bytes; undefined when the bitmap shows none or it is not hexadecimal. */
export function macOf(
  bytes: Uint8Array,
  packaging: Packaging = ASCII_1987,
): Uint8Array | undefined {
  const end = bytes.length - macBytes(packaging);
  if (!hasMac(bytes, packaging, end)) return undefined;
  if (packaging.encoding.b === 'binary') return bytes.subarray(end);
  const mac = new Uint8Array(MAC_BYTES);
  for (let i = 0; i < MAC_BYTES; i++) {
    const high = HEX_VALUE[bytes[end + 2 * i]!]!;
    const low = HEX_VALUE[bytes[end + 2 * i + 1]!]!;
    if (high === 255 || low === 255) return undefined;
    mac[i] = (high << 4) | low;
  }
  return mac;
}

function macBytes(packaging: Packaging): number {
  return packaging.encoding.b === 'ascii' ? 2 * MAC_BYTES : MAC_BYTES;
}

/** Whether the last field that the bitmap announces is the MAC's. */
function hasMac(bytes: Uint8Array, packaging: Packaging, end: number): boolean {
  const { mti, bitmap } = packaging.encoding;
  const start = mti === 'bcd' ? 2 : 4;
  const mapBytes = bitmap === 'hex' ? 16 : 8;
  if (start + mapBytes > end) return false;
  const secondary = bitSet(bytes, packaging, start, 1);
  const maps = secondary || packaging.alwaysSecondary ? 2 : 1;
  return start + maps * mapBytes <= end && bitSet(bytes, packaging, start, secondary ? 128 : 64);
}

/** Bit `number` (from 1) of the bitmap that starts at `start`. */
function bitSet(bytes: Uint8Array, packaging: Packaging, start: number, number: number): boolean {
  const index = number - 1;
  if (packaging.encoding.bitmap === 'binary') {
    return ((bytes[start + (index >> 3)]! >> (7 - (index & 7))) & 1) === 1;
  }
  const digit = HEX_VALUE[bytes[start + (index >> 2)]!]!;
  return digit < 16 && ((digit >> (3 - (index & 3))) & 1) === 1;
}
