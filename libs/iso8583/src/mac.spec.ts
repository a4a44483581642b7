import fc from 'fast-check';
import { macFieldOf, macInput, macInputOf, macOf, packForMac, placeMac } from './mac.js';
import type { IsoMessage } from './message.js';
import { pack } from './pack.js';
import { ASCII_1987, ASCII_HEX_1987, BINARY_1987 } from './packaging.js';
import { parse } from './parse.js';

const mac = Uint8Array.of(0xa1, 2, 3, 4, 5, 6, 7, 0xf8);
const primary = (): IsoMessage => ({ mti: '0200', fields: { 11: '000001', 41: 'ATM00001' } });
const secondary = (): IsoMessage => ({ mti: '0420', fields: { 11: '000001', 90: '0'.repeat(42) } });

describe.each([
  ['ASCII_1987', ASCII_1987, 8],
  ['ASCII_HEX_1987', ASCII_HEX_1987, 16],
  ['BINARY_1987', BINARY_1987, 8],
] as const)('%s', (_, packaging, macBytes) => {
  it.each([
    [64, primary],
    [128, secondary],
  ] as const)('field %i covers everything before it', (field, make) => {
    const bytes = placeMac(packForMac(make(), packaging), mac, packaging);
    const covered = macInputOf(bytes, packaging)!;
    expect(covered).toHaveLength(bytes.length - macBytes);
    expect([...macInput(make(), packaging)]).toEqual([...covered]);
    expect([...macOf(bytes, packaging)!]).toEqual([...mac]);
    const parsed = parse(bytes, packaging);
    expect(parsed.ok && [...(parsed.value.fields[field] as Uint8Array)]).toEqual([...mac]);
    expect(macFieldOf(make())).toBe(field);
  });

  it('is absent where the bitmap says so', () => {
    const without = pack(primary(), packaging);
    expect(macInputOf(without, packaging)).toBeUndefined();
    expect(macOf(without, packaging)).toBeUndefined();
    const misplaced = pack({ mti: '0420', fields: { 64: mac, 70: '301' } }, packaging);
    expect(macOf(misplaced, packaging)).toBeUndefined();
  });

  it('of any bytes is a view or undefined, never an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const covered = macInputOf(bytes, packaging);
        if (covered) expect(covered.length).toBe(bytes.length - macBytes);
      }),
    );
  });
});

it('macInput leaves the message as it was', () => {
  const message = primary();
  macInput(message);
  expect(Object.keys(message.fields)).toEqual(['11', '41']);
});
