import { HeldRequests } from './held-requests.js';
import type { Unpacked } from './packing.js';

const request = (stan: string): Unpacked => ({
  message: { mti: '0200', fields: { 11: stan } },
  bytes: new Uint8Array(0),
});
const stans = (requests: Unpacked[]) => requests.map(({ message }) => message.fields[11]);

it('gives them once, in order, without those that waited for too long', () => {
  let now = 1_000;
  const held = new HeldRequests(() => now);
  for (const stan of ['000001', '000002', '000003']) {
    expect(held.hold(request(stan))).toBe(true);
    now += 1_000;
  }
  expect(stans(held.release())).toEqual(['000002', '000003']);
  expect(held.release()).toEqual([]);
});

it('holds no more than it has room for', () => {
  const held = new HeldRequests();
  const taken = Array.from({ length: 1_500 }, () => held.hold(request('000001')));
  expect(taken.filter(Boolean)).toHaveLength(1_024);
  expect(held.release()).toHaveLength(1_024);
});
