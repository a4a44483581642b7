/**
 * ISO 9564-1 format 4: a 16-byte block that binds the PAN between two AES encipherments.
 *
 *   PIN field:   4 L P P P P P/A … P/A A A   and eight random bytes
 *   PAN field:   M A A … A 0 … 0             M = PAN length - 12, PAN left-filled with zeros to 12
 *   block = E(K, E(K, PIN field) XOR PAN field)
 */
import {
  type AesKey,
  aesDecryptBlock,
  aesEncryptBlock,
  fromHex,
  InputError,
  isBytes,
  ok,
  type RandomBytes,
  type Result,
  refused,
  takeRandom,
  xorBytes,
} from '@pinfold/crypto';
import { requirePan, requirePin } from './check.js';

/** The 16-byte clear PIN field. `random` is asked for eight bytes. */
export function iso4PinField({ pin, random }: { pin: string; random: RandomBytes }): Uint8Array {
  requirePin(pin);
  const field = new Uint8Array(16);
  field.set(fromHex(`4${pin.length.toString(16)}${pin.padEnd(14, 'A')}`));
  field.set(eightBytes(random), 8);
  return field;
}

function eightBytes(random: RandomBytes): Uint8Array {
  if (typeof random !== 'function') {
    throw new InputError('RANDOM_REQUIRED', 'random must be a source of random bytes');
  }
  return takeRandom(random, 8);
}

/** The 16-byte PAN field of a PAN of 12 to 19 digits. */
export function iso4PanField(pan: string): Uint8Array {
  requirePan(pan);
  return fromHex(`${pan.length - 12}${pan}`.padEnd(32, '0'));
}

/** The PIN of a clear PIN field, or `PIN_BLOCK_INVALID` for any fault. */
export function pinOfIso4PinField(field: Uint8Array): Result<string, 'PIN_BLOCK_INVALID'> {
  if (!isBytes(field) || field.length !== 16) return refused('PIN_BLOCK_INVALID');
  const length = field[0]! & 15;
  let faults = (field[0]! >> 4) ^ 4;
  faults |= ((length - 4) | (12 - length)) & 0x80000000;
  let pin = '';
  for (let i = 2; i < 16; i++) {
    const nibble = i & 1 ? field[i >> 1]! & 15 : field[i >> 1]! >> 4;
    if (i < 2 + length) {
      faults |= (9 - nibble) & 0x80000000;
      pin += nibble;
    } else {
      faults |= nibble ^ 10;
    }
  }
  return faults === 0 ? ok(pin) : refused('PIN_BLOCK_INVALID');
}

/** The enciphered block of 16 bytes. */
export function encryptIso4(o: {
  key: AesKey;
  pin: string;
  pan: string;
  random: RandomBytes;
}): Uint8Array {
  const panField = iso4PanField(o.pan);
  return enciphered(o.key, iso4PinField(o), panField);
}

/** Enciphers a given 16-byte PIN field: the block of a published example. */
export function encryptIso4PinField(o: {
  key: AesKey;
  pinField: Uint8Array;
  pan: string;
}): Uint8Array {
  if (!isBytes(o.pinField) || o.pinField.length !== 16) {
    throw new InputError('PIN_FIELD_LENGTH', 'pinField must be 16 bytes');
  }
  return enciphered(o.key, o.pinField, iso4PanField(o.pan));
}

function enciphered(key: AesKey, pinField: Uint8Array, panField: Uint8Array): Uint8Array {
  return aesEncryptBlock(key, xorBytes(aesEncryptBlock(key, pinField), panField));
}

/** The PIN of an enciphered block, or `PIN_BLOCK_INVALID` whatever the fault. */
export function decryptIso4(o: {
  key: AesKey;
  block: Uint8Array;
  pan: string;
}): Result<string, 'PIN_BLOCK_INVALID'> {
  const panField = iso4PanField(o.pan);
  if (!isBytes(o.block) || o.block.length !== 16) return refused('PIN_BLOCK_INVALID');
  return pinOfIso4PinField(iso4PinFieldOf(o.key, o.block, panField));
}

/** The 16-byte PIN field inside an enciphered block: what a translation keeps or reads. */
export function iso4PinFieldOf(key: AesKey, block: Uint8Array, panField: Uint8Array): Uint8Array {
  return aesDecryptBlock(key, xorBytes(aesDecryptBlock(key, block), panField));
}
