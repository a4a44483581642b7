import { jest } from '@jest/globals';
import { HeldRequests } from './held-requests.js';
import type { Unpacked } from './packing.js';

const request = (stan: string): Unpacked => ({
  message: { mti: '0200', fields: { 11: stan } },
  bytes: new Uint8Array(0),
});
const stans = (requests: Unpacked[]) => requests.map(({ message }) => message.fields[11]);

let gone = 0;
let held: HeldRequests;
beforeEach(() => {
  jest.useFakeTimers();
  gone = 0;
  held = new HeldRequests(() => gone++);
});
afterEach(() => jest.useRealTimers());

it('gives them once, in order, without those that waited for too long', () => {
  for (const stan of ['000001', '000002', '000003']) {
    held.hold(request(stan));
    jest.advanceTimersByTime(900);
  }
  expect(gone).toBe(1);
  expect(stans(held.release())).toEqual(['000002', '000003']);
  jest.advanceTimersByTime(5_000);
  expect(held.release()).toEqual([]);
  expect(gone).toBe(1);
});

it('holds no more than it has room for, and has room again for new ones', () => {
  for (let i = 0; i < 1_500; i++) held.hold(request('000001'));
  expect(gone).toBe(1_500 - 1_024);
  jest.advanceTimersByTime(2_000);
  expect(gone).toBe(1_500);
  held.hold(request('000002'));
  expect(stans(held.release())).toEqual(['000002']);
});

it('tells of those that a lost connection leaves', () => {
  held.hold(request('000001'));
  held.hold(request('000002'));
  held.drop();
  expect(gone).toBe(2);
  expect(held.release()).toEqual([]);
});
