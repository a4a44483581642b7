import fc from 'fast-check';
import { bytesOf, codeOf, desKeyBytes, opensslCbcMac, opensslEncrypt } from '../test/oracle.js';
import {
  concatBytes,
  DesKey,
  decryptEcb,
  fromHex,
  type Iso9797Padding,
  Iso9797Stream,
  iso9797Mac,
  iso9797MacMany,
  iso9797Pad,
  toHex,
} from './index.js';

const KEY = fromHex('0123456789ABCDEFFEDCBA9876543210');
const paddings = fc.constantFrom<Iso9797Padding>(1, 2, 3);
const doubleOrTriple = fc.constantFrom(16, 24).chain(bytesOf);
const messages = fc.uint8Array({ maxLength: 80 });

/** ISO/IEC 9797-1 section 6.3, written for strings of hex digits. */
function paddedHex(hex: string, padding: Iso9797Padding): string {
  const fill = (text: string): string => text.padEnd(Math.ceil(text.length / 16) * 16, '0');
  if (padding === 2) return fill(`${hex}80`);
  const length = (hex.length * 4).toString(16).toUpperCase().padStart(16, '0');
  return (padding === 3 ? length : '') + (hex === '' ? '0'.repeat(16) : fill(hex));
}

describe('padding', () => {
  it('agrees with the definition at every length', () => {
    for (let length = 0; length <= 25; length++) {
      const data = new Uint8Array(length).fill(0xab);
      for (const padding of [1, 2, 3] as const) {
        expect(toHex(iso9797Pad(data, padding))).toBe(paddedHex(toHex(data), padding));
      }
    }
  });

  it('0 takes whole blocks only', () => {
    expect(iso9797Pad(KEY, 0)).toEqual(KEY);
    expect(iso9797Pad(KEY, 0)).not.toBe(KEY);
    for (const length of [0, 7, 9]) {
      expect(codeOf(() => iso9797Pad(new Uint8Array(length), 0))).toBe('DATA_LENGTH');
    }
  });
});

describe('MACs', () => {
  it('algorithm 1 agrees with CBC of OpenSSL', () => {
    fc.assert(
      fc.property(desKeyBytes, messages, paddings, (key, data, padding) => {
        const want = opensslCbcMac('des', key, iso9797Pad(data, padding));
        expect(iso9797Mac({ algorithm: 1, padding, key, data })).toEqual(want);
      }),
      { numRuns: 1000 },
    );
  });

  it('algorithm 3 agrees with its definition over OpenSSL', () => {
    fc.assert(
      fc.property(doubleOrTriple, messages, paddings, (key, data, padding) => {
        const [k1, k2] = [key.subarray(0, 8), key.subarray(8, 16)];
        const k3 = key.length === 24 ? key.subarray(16) : k1;
        const chained = opensslCbcMac('des', k1, iso9797Pad(data, padding));
        const back = decryptEcb(DesKey.of(k2), chained);
        const want = opensslEncrypt({ cipher: 'des', mode: 'ecb' }, k3, back);
        expect(iso9797Mac({ algorithm: 3, padding, key, data })).toEqual(want);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes a prepared key, and leaves it usable', () => {
    const key = DesKey.of(KEY);
    const data = new Uint8Array(30);
    const raw = iso9797Mac({ algorithm: 3, padding: 2, key: KEY, data });
    expect(iso9797Mac({ algorithm: 3, padding: 2, key, data })).toEqual(raw);
    expect(iso9797Mac({ algorithm: 3, padding: 2, key, data })).toEqual(raw);
  });

  it('4 to 8 bytes are the left-most ones', () => {
    const all = iso9797Mac({ algorithm: 3, padding: 1, key: KEY, data: KEY });
    for (const lengthBytes of [4, 5, 6, 7, 8]) {
      const mac = iso9797Mac({ algorithm: 3, padding: 1, key: KEY, data: KEY, lengthBytes });
      expect(mac).toEqual(all.slice(0, lengthBytes));
    }
  });

  it('a flipped bit of message or key (but parity) changes the MAC', () => {
    const data = new Uint8Array(20).fill(0x5a);
    const right = toHex(iso9797Mac({ algorithm: 3, padding: 1, key: KEY, data }));
    const flip = (bytes: Uint8Array, bit: number): Uint8Array =>
      bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (0x80 >> (bit & 7)) : byte));
    for (let bit = 0; bit < 160; bit++) {
      const mac = iso9797Mac({ algorithm: 3, padding: 1, key: KEY, data: flip(data, bit) });
      expect(toHex(mac)).not.toBe(right);
    }
    for (let bit = 0; bit < 128; bit++) {
      const mac = iso9797Mac({ algorithm: 3, padding: 1, key: flip(KEY, bit), data });
      expect(toHex(mac) === right).toBe(bit % 8 === 7);
    }
  });
});

describe('streams', () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 6 });

  it('any division of the message gives the same MAC', () => {
    fc.assert(
      fc.property(
        parts,
        paddings,
        fc.constantFrom(1 as const, 3 as const),
        (list, padding, algorithm) => {
          const data = concatBytes(...list);
          const stream = new Iso9797Stream({
            algorithm,
            padding,
            key: KEY,
            totalBytes: data.length,
          });
          for (const part of list) stream.update(part);
          expect(stream.finish()).toEqual(iso9797Mac({ algorithm, padding, key: KEY, data }));
        },
      ),
    );
  });

  it('first, middle and last part with the chaining value carried by the host', () => {
    fc.assert(
      fc.property(paddings, fc.uint8Array({ minLength: 24, maxLength: 60 }), (padding, data) => {
        const base = { algorithm: 3, padding, key: KEY } as const;
        const first = new Iso9797Stream({ ...base, totalBytes: data.length });
        const iv1 = first.update(data.subarray(0, 8)).chainingValue();
        const middle = new Iso9797Stream({ ...base, iv: iv1 });
        const iv2 = middle.update(data.subarray(8, 24)).chainingValue();
        const last = new Iso9797Stream({ ...base, iv: iv2 }).update(data.subarray(24));
        expect(last.finish()).toEqual(iso9797Mac({ ...base, data }));
      }),
    );
  });

  it('carries nothing in the middle of a block', () => {
    const stream = new Iso9797Stream({ algorithm: 3, padding: 1, key: KEY });
    expect(codeOf(() => stream.update(new Uint8Array(9)).chainingValue())).toBe('DATA_LENGTH');
  });

  it('takes nothing after its end', () => {
    const stream = new Iso9797Stream({ algorithm: 1, padding: 1, key: KEY });
    stream.finish();
    expect(codeOf(() => stream.update(KEY))).toBe('MAC_FINISHED');
    expect(codeOf(() => stream.finish())).toBe('MAC_FINISHED');
    expect(codeOf(() => stream.chainingValue())).toBe('MAC_FINISHED');
  });

  it('padding 3 holds the caller to the length that it gave', () => {
    const stream = (totalBytes?: number) =>
      new Iso9797Stream({ algorithm: 3, padding: 3, key: KEY, totalBytes });
    expect(codeOf(() => stream())).toBe('MAC_TOTAL');
    expect(codeOf(() => stream(-1))).toBe('MAC_TOTAL');
    expect(codeOf(() => stream(1.5))).toBe('MAC_TOTAL');
    expect(codeOf(() => stream(3).update(new Uint8Array(4)))).toBe('MAC_TOTAL');
    expect(codeOf(() => stream(3).update(new Uint8Array(2)).finish())).toBe('MAC_TOTAL');
    expect(codeOf(() => stream(2).update(new Uint8Array(2)).finish())).toBe('nothing thrown');
  });

  it('padding 0 ends after whole blocks only', () => {
    const stream = () => new Iso9797Stream({ algorithm: 3, padding: 0, key: KEY });
    expect(codeOf(() => stream().finish())).toBe('DATA_LENGTH');
    expect(codeOf(() => stream().update(new Uint8Array(7)).finish())).toBe('DATA_LENGTH');
    expect(codeOf(() => stream().update(new Uint8Array(8)).finish())).toBe('nothing thrown');
  });

  it('stops when its key is wiped', () => {
    const key = DesKey.of(KEY);
    const stream = new Iso9797Stream({ algorithm: 3, padding: 1, key }).update(new Uint8Array(8));
    key.wipe();
    expect(codeOf(() => stream.update(new Uint8Array(8)))).toBe('KEY_WIPED');
    expect(codeOf(() => stream.finish())).toBe('KEY_WIPED');
  });
});

describe('many messages', () => {
  it.each([1, 19, 20, 128, 129, 300])('%d messages are as one by one', (count) => {
    const batches = fc.record({
      padding: paddings,
      algorithm: fc.constantFrom(1 as const, 3 as const),
      lengthBytes: fc.integer({ min: 4, max: 8 }),
      items: fc.array(fc.tuple(doubleOrTriple, fc.uint8Array({ maxLength: 50 })), {
        minLength: count,
        maxLength: count,
      }),
    });
    fc.assert(
      fc.property(batches, ({ items, ...parameters }) => {
        const keys = items.map(([key]) => DesKey.of(key));
        const data = items.map(([, message]) => message);
        const macs = iso9797MacMany({ ...parameters, keys, messages: data });
        expect(macs).toEqual(
          data.map((message, i) => iso9797Mac({ ...parameters, key: keys[i]!, data: message })),
        );
        for (const key of keys) key.wipe();
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });

  it('single-length keys, algorithm 1', () => {
    const keys = Array.from({ length: 40 }, (_, i) => DesKey.of(new Uint8Array(8).fill(2 * i)));
    const data = keys.map((_, i) => new Uint8Array(3 * i).fill(i));
    const want = data.map((message, i) =>
      iso9797Mac({ algorithm: 1, padding: 2, key: keys[i]!, data: message }),
    );
    expect(iso9797MacMany({ algorithm: 1, padding: 2, keys, messages: data })).toEqual(want);
  });

  it.each([2, 40])('refuses bad input in a batch of %d', (count) => {
    const keys = Array.from({ length: count }, () => DesKey.of(KEY));
    const single = Array.from({ length: count }, () => DesKey.of(new Uint8Array(8)));
    const list = Array.from({ length: count }, () => KEY);
    const many = (changes: object) => () =>
      iso9797MacMany({ algorithm: 3, padding: 1, keys, messages: list, ...changes });
    expect(codeOf(many({}))).toBe('nothing thrown');
    expect(codeOf(many({ algorithm: 2 }))).toBe('MAC_ALGORITHM');
    expect(codeOf(many({ padding: 4 }))).toBe('MAC_PADDING');
    expect(codeOf(many({ lengthBytes: 3 }))).toBe('MAC_LENGTH');
    expect(codeOf(many({ lengthBytes: 9 }))).toBe('MAC_LENGTH');
    expect(codeOf(many({ keys: single }))).toBe('KEY_LENGTH');
    expect(codeOf(many({ keys: keys.slice(1) }))).toBe('BATCH_LENGTH');
    expect(codeOf(many({ messages: list.map(() => 'text') }))).toBe('BYTES_EXPECTED');
    keys[1]!.wipe();
    expect(codeOf(many({}))).toBe('KEY_WIPED');
  });
});

it.each([
  [{ algorithm: 2 }, 'MAC_ALGORITHM'],
  [{ algorithm: '3' }, 'MAC_ALGORITHM'],
  [{ padding: 4 }, 'MAC_PADDING'],
  [{ padding: undefined }, 'MAC_PADDING'],
  [{ key: new Uint8Array(8) }, 'KEY_LENGTH'],
  [{ key: new Uint8Array(15) }, 'KEY_LENGTH'],
  [{ key: 'text' }, 'BYTES_EXPECTED'],
  [{ data: 'text' }, 'BYTES_EXPECTED'],
  [{ data: undefined }, 'BYTES_EXPECTED'],
  [{ lengthBytes: 3 }, 'MAC_LENGTH'],
  [{ lengthBytes: 9 }, 'MAC_LENGTH'],
  [{ lengthBytes: 4.5 }, 'MAC_LENGTH'],
])('refuses %j', (changes, code) => {
  const valid = { algorithm: 3, padding: 1, key: KEY, data: KEY };
  expect(codeOf(() => iso9797Mac({ ...valid, ...changes } as never))).toBe(code);
});

it('refuses an iv that is no block', () => {
  const stream = (iv: Uint8Array) => new Iso9797Stream({ algorithm: 1, padding: 1, key: KEY, iv });
  expect(codeOf(() => stream(new Uint8Array(7)))).toBe('IV_LENGTH');
  expect(codeOf(() => stream(null as never))).toBe('BYTES_EXPECTED');
});
