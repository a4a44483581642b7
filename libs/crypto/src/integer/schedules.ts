/**
 * The schedules of the keys in use: a bounded number of places in the memory of the integer engine. A
 * key asks for its place at every use. When all places are taken the oldest is taken over, and the key
 * that had it makes its schedule again when it is next used; so keys that nobody wipes cost nothing
 * but that. A place is overwritten when its key is wiped.
 */

import { typescriptEngine, webAssemblyEngine } from './engine.js';
import { LAYOUT, PASS_BYTES, PLACES, SCHEDULE_BYTES } from './layout.js';

const { words, crypt, expand, aes, clear } = webAssemblyEngine() ?? typescriptEngine();

/** Keys are numbered, DES and AES together; a number is never given twice. */
let lastNumber = 0;

export function nextKeyNumber(): number {
  lastNumber++;
  return lastNumber;
}

/** The key that a place belongs to, by number; 0 for none. Place 0 is nobody's: keys begin with it. */
const owners = new Float64Array(PLACES);
const NOBODY = -1;
owners[0] = NOBODY;
/** Places that belong to nobody, the next one last. */
const free = Int32Array.from({ length: PLACES }, (_, i) => PLACES - 1 - i);
let freeCount = PLACES - 1;
/** The place that is taken over next, when none is free. */
let oldest = 1;

export type Direction = 'encrypt' | 'decrypt';

/** Whether the place still belongs to the key with that number. */
export function isOwner(place: number, key: number): boolean {
  return owners[place] === key;
}

/** Address of the schedule in a place. The first `PASS_BYTES` of an encryption schedule are single DES under K1. */
export function scheduleAt(place: number): number {
  return LAYOUT.schedules + SCHEDULE_BYTES * place;
}

/** Makes a schedule of `key` (8, 16 or 24 bytes) in a place that is the key's from now on. */
export function makeSchedule(key: Uint8Array, number: number, direction: Direction): number {
  const place = takePlace();
  owners[place] = number;
  const at = scheduleAt(place);
  const { length } = key;
  const forwards = direction === 'encrypt';
  const third = length === 24 ? 16 : 0;
  pass(at, key, forwards ? 0 : third, forwards);
  if (length > 8) {
    pass(at + PASS_BYTES, key, 8, !forwards);
    if (third === 0) repeatPass(at >> 2);
    else pass(at + 2 * PASS_BYTES, key, forwards ? third : 0, forwards);
  } else words.fill(0, (at + PASS_BYTES) >> 2, (at + SCHEDULE_BYTES) >> 2);
  return place;
}

/** Puts the round keys of an AES key (44, 52 or 60 words) in a place that is the key's from now on. */
export function keepRoundKeys(roundKeys: Uint32Array, number: number): number {
  const place = takePlace();
  owners[place] = number;
  const at = scheduleAt(place) >> 2;
  words.set(roundKeys, at);
  words.fill(0, at + roundKeys.length, at + (SCHEDULE_BYTES >> 2));
  return place;
}

/** Overwrites the place, if it still belongs to the key. */
export function wipeSchedule(place: number, key: number): void {
  if (!isOwner(place, key)) return;
  clear(scheduleAt(place));
  owners[place] = 0;
  free[freeCount] = place;
  freeCount++;
}

/**
 * Enciphers (or deciphers) the block `hi`, `lo` with the round keys from `address` up to `end`; the
 * answer goes to `out[0]` and `out[1]`, and nothing of it stays behind.
 */
export function cryptBlock(
  address: number,
  end: number,
  hi: number,
  lo: number,
  out: Int32Array,
): void {
  crypt(address, end, hi, lo);
  out[0] = words[0]!;
  out[1] = words[1]!;
  words[0] = 0;
  words[1] = 0;
}

/**
 * Enciphers the four columns (words whose first byte is lowest) of `block` in place, with the AES round
 * keys from `address` to the last one at `last`; nothing of it stays behind.
 */
export function aesBlock(address: number, last: number, block: Int32Array): void {
  aes(address, last, block[0]!, block[1]!, block[2]!, block[3]!);
  block[0] = words[0]!;
  block[1] = words[1]!;
  block[2] = words[2]!;
  block[3] = words[3]!;
  words[0] = 0;
  words[1] = 0;
  words[2] = 0;
  words[3] = 0;
}

/** Reads a secret: the schedule at an address, as it is in the memory; for the tests. */
export function exposeSchedule(address: number): Int32Array {
  return words.subarray(address >> 2, (address + SCHEDULE_BYTES) >> 2);
}

function takePlace(): number {
  if (freeCount > 0) {
    freeCount--;
    return free[freeCount]!;
  }
  const place = oldest;
  oldest = oldest + 1 < PLACES ? oldest + 1 : 1;
  return place;
}

/** K3 is K1: its round keys are those of the first pass. `at`: in words. */
function repeatPass(at: number): void {
  for (let i = 0; i < PASS_BYTES >> 2; i++) words[at + 64 + i] = words[at + i]!;
}

function pass(to: number, key: Uint8Array, at: number, forwards: boolean): void {
  const hi = (key[at]! << 24) | (key[at + 1]! << 16) | (key[at + 2]! << 8) | key[at + 3]!;
  const lo = (key[at + 4]! << 24) | (key[at + 5]! << 16) | (key[at + 6]! << 8) | key[at + 7]!;
  if (forwards) expand(to, 8, hi, lo);
  else expand(to + PASS_BYTES - 8, -8, hi, lo);
}
