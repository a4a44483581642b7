import fc from 'fast-check';
import { bytesOf, codeOf } from '../test/oracle.js';
import { DesKey, type Iso9797Places, iso9797Mac, iso9797MacPlaces } from './index.js';

const message = fc.record({
  data: fc.uint8Array({ maxLength: 70 }),
  padding: fc.constantFrom(1, 2),
  key: fc.constantFrom(16, 24).chain(bytesOf),
});

/** Messages one after the other in one buffer, with something between them. */
function placed(
  algorithm: 1 | 3,
  all: readonly { data: Uint8Array; padding: number; key: Uint8Array }[],
): Iso9797Places {
  const buffer = Buffer.concat(all.flatMap(({ data }) => [Uint8Array.of(0xee), data]));
  const from = new Int32Array(all.length);
  const to = new Int32Array(all.length);
  let at = 0;
  all.forEach(({ data }, i) => {
    from[i] = at + 1;
    at += 1 + data.length;
    to[i] = at;
  });
  const paddings = Uint8Array.from(all, ({ padding }) => padding);
  const buffers = all.map(() => buffer);
  return { algorithm, buffers, from, to, paddings, keys: all.map(({ key }) => DesKey.of(key)) };
}

function macsOf(o: Iso9797Places): Uint8Array[] {
  const words = new Int32Array(2 * o.from.length);
  iso9797MacPlaces(o, o.from.length, words);
  const view = new DataView(new ArrayBuffer(4 * words.length));
  for (const [i, word] of words.entries()) view.setInt32(4 * i, word);
  return Array.from(o.from, (_, i) => new Uint8Array(view.buffer, 8 * i, 8));
}

it('agrees with the MACs of single messages, many or few, long and short together', () => {
  const some = fc.oneof(
    fc.array(message, { minLength: 1, maxLength: 30 }),
    fc.array(message, { minLength: 120, maxLength: 140 }),
  );
  fc.assert(
    fc.property(fc.constantFrom<1 | 3>(1, 3), some, (algorithm, all) => {
      const wanted = all.map(({ data, padding, key }) =>
        iso9797Mac({ algorithm, padding: padding as 1 | 2, key, data }),
      );
      expect(macsOf(placed(algorithm, all))).toEqual(wanted);
    }),
    { numRuns: 60 },
  );
});

it('takes whole blocks without padding, and nothing else', () => {
  const key = new Uint8Array(16).fill(7);
  const data = new Uint8Array(24).fill(1);
  const [mac] = macsOf(placed(3, [{ data, padding: 0, key }]));
  expect(mac).toEqual(iso9797Mac({ algorithm: 3, padding: 0, key, data }));
  for (const length of [0, 7]) {
    const part = { data: data.subarray(0, length), padding: 0, key };
    expect(codeOf(() => macsOf(placed(3, [part])))).toBe('PADDING_METHOD');
  }
  expect(codeOf(() => macsOf(placed(3, [{ data, padding: 3, key }])))).toBe('PADDING_METHOD');
  const single = { data, padding: 1, key: key.subarray(0, 8) };
  expect(codeOf(() => macsOf(placed(3, [single])))).toBe('KEY_LENGTH');
});
