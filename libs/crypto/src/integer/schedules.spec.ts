/** Places of schedules: bounded, taken over in turn, overwritten when their key is wiped. */
import { AesKey, aesEncryptBlock, DesKey, desDecryptBlock, desEncryptBlock } from '../index.js';
import { LAYOUT, PASS_BYTES, PLACES, SCHEDULE_BYTES } from './layout.js';
import { cryptBlock, exposeSchedule } from './schedules.js';

const out = new Int32Array(2);
const placeOf = (address: number) => (address - LAYOUT.schedules) / SCHEDULE_BYTES;

function keyNumber(i: number, length = 16): DesKey {
  return DesKey.of(Uint8Array.from({ length }, (_, at) => i >> (8 * (at & 3))));
}

it('more keys than there are places: each one goes on working', () => {
  const keys = Array.from({ length: PLACES + 50 }, (_, i) => keyNumber(i));
  const encrypted = keys.map((key) => {
    desEncryptBlock(key, 1, 2, out);
    return [...out];
  });
  const places = new Set(keys.map((key) => placeOf(key.encryptionSchedule())));
  expect(places.size).toBe(PLACES - 1);
  expect(Math.min(...places)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...places)).toBe(PLACES - 1);
  keys.forEach((key, i) => {
    desDecryptBlock(key, encrypted[i]![0]!, encrypted[i]![1]!, out);
    expect([...out]).toEqual([1, 2]);
  });
  for (const key of keys) key.wipe();
});

it('a wiped key gives its places back overwritten, and only its own', () => {
  const first = keyNumber(1);
  const address = first.encryptionSchedule();
  first.wipe();
  expect(exposeSchedule(address).every((word) => word === 0)).toBe(true);
  const second = keyNumber(2);
  expect(second.encryptionSchedule()).toBe(address);
  first.wipe();
  expect(exposeSchedule(address).some((word) => word !== 0)).toBe(true);
  second.wipe();
});

it('a single key leaves nothing of the triple key whose place it takes over', () => {
  const triple = Array.from({ length: PLACES }, (_, i) => keyNumber(i, 24));
  for (const key of triple) key.encryptionSchedule();
  const single = keyNumber(7, 8);
  const rest = exposeSchedule(single.encryptionSchedule()).subarray(PASS_BYTES >> 2);
  expect(rest.every((word) => word === 0)).toBe(true);
  for (const key of [single, ...triple]) key.wipe();
});

it('an answer does not stay in the memory of the engine', () => {
  const key = keyNumber(3);
  const at = key.encryptionSchedule();
  cryptBlock(at, at + SCHEDULE_BYTES, 5, 6, out);
  expect([...exposeSchedule(0).subarray(0, 2)]).toEqual([0, 0]);
  key.wipe();
});

it('the round keys of an AES key are in a place, and gone when it is wiped', () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => 0xa0 + i);
  const first = new Int32Array(bytes.buffer)[0]!;
  const held = () =>
    Array.from({ length: PLACES }, (_, place) =>
      exposeSchedule(LAYOUT.schedules + SCHEDULE_BYTES * place),
    ).filter((words) => words[0] === first).length;
  const key = AesKey.of(bytes);
  aesEncryptBlock(key, new Uint8Array(16));
  expect(held()).toBe(1);
  key.wipe();
  expect(held()).toBe(0);
});
