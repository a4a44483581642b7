/** Bytes and hexadecimal: conversion, XOR, joining, constant-time comparison, wiping. */

import { timingSafeEqual } from 'node:crypto';
import { InputError, requireBytes } from './errors.js';

const HEX = /^(?:[0-9A-Fa-f]{2})*$/;

/** Upper-case hexadecimal, two characters a byte. @throws InputError BYTES_EXPECTED */
export function toHex(bytes: Uint8Array): string {
  requireBytes(bytes, 'bytes');
  return view(bytes).toString('hex').toUpperCase();
}

/**
 * Bytes of a hexadecimal string, either case, no separators.
 * @throws InputError HEX_INVALID: not a string, odd length, or another character.
 */
export function fromHex(hex: string): Uint8Array {
  if (typeof hex !== 'string' || !HEX.test(hex)) {
    throw new InputError('HEX_INVALID', 'hex must be pairs of the digits 0-9 and A-F');
  }
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

/** @throws InputError BYTES_EXPECTED, LENGTHS_DIFFER */
export function xorBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  requireBytes(a, 'a');
  requireBytes(b, 'b');
  if (a.length !== b.length) {
    throw new InputError('LENGTHS_DIFFER', 'both operands must have the same length');
  }
  const out = new Uint8Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = a[i]! ^ b[i]!;
  return out;
}

/** @throws InputError BYTES_EXPECTED */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) {
    requireBytes(part, 'part');
    length += part.length;
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/**
 * Time depends on the length only; different lengths are unequal (a length is no secret here).
 * @throws InputError BYTES_EXPECTED
 */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  requireBytes(a, 'a');
  requireBytes(b, 'b');
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * Overwrites with zeros. Best effort: it cannot reach copies that the engine, the collector or the
 * operating system made.
 * @throws InputError BYTES_EXPECTED
 */
export function wipe(bytes: Uint8Array | Int32Array | Uint32Array): void {
  if (!(bytes instanceof Int32Array || bytes instanceof Uint32Array)) requireBytes(bytes, 'bytes');
  bytes.fill(0);
}

/** A Buffer over the same memory. */
function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
