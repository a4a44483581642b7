import { InputError, toHex } from '@pinfold/crypto';
import { pack } from './pack.js';
import { type Encoding, packaging } from './packaging.js';
import { parse } from './parse.js';

const ascii: Encoding = { mti: 'ascii', bitmap: 'hex', n: 'ascii', length: 'ascii', b: 'ascii' };
const bcd: Encoding = { mti: 'bcd', bitmap: 'binary', n: 'bcd', length: 'bcd', b: 'binary' };
const field = (format: string) => ({ format, name: 'a field' });

describe('packaging', () => {
  it('writes a 16-byte bitmap always, its first bit only for a field above 64', () => {
    const fields = { 3: field('n 6'), 70: field('n 3') };
    const how = packaging({ fields, encoding: ascii, alwaysSecondary: true });
    const primary = pack({ mti: '0800', fields: { 3: '000000' } }, how);
    expect(primary.toString()).toBe(`0800${'2'.padEnd(32, '0').replace(/^./, '2')}000000`);
    const both = pack({ mti: '0800', fields: { 3: '000000', 70: '301' } }, how);
    expect(both.toString()).toBe('0800A0000000000000000400000000000000000000301');
    for (const bytes of [primary, both]) expect(parse(bytes, how).ok).toBe(true);
  });

  it('writes single fields in another encoding', () => {
    const fields = { 2: field('n ..19'), 4: field('n 12'), 52: field('b 64'), 53: field('n 16') };
    const fieldEncoding = { 4: 'ascii', 52: 'ascii' } as const;
    const how = packaging({ fields, encoding: bcd, fieldEncoding });
    const message = {
      mti: '0200',
      fields: {
        2: '12345',
        4: '000000000100',
        52: new Uint8Array(8).fill(0xab),
        53: '1234567890123456',
      },
    };
    const bytes = pack(message, how);
    expect(toHex(bytes)).toBe(
      `0200${'5000000000001800'}05012345${toHex(Buffer.from('000000000100'))}${toHex(
        Buffer.from('AB'.repeat(8)),
      )}1234567890123456`,
    );
    expect(parse(bytes, how)).toEqual({ ok: true, value: message });
  });

  it('fills an odd number of variable length after its digits where the encoding says so', () => {
    const fields = { 32: field('n ..11'), 70: field('n 3') };
    const how = packaging({ fields, encoding: { ...bcd, oddVariable: 'after' } });
    const odd = { mti: '0800', fields: { 32: '12345', 70: '301' } };
    const bytes = pack(odd, how);
    expect(toHex(bytes).slice(36)).toBe('051234500301');
    expect(parse(bytes, how)).toEqual({ ok: true, value: odd });
    bytes[21] = 0x51;
    expect(parse(bytes, how)).toMatchObject({ ok: false, code: 'ISO_CONTENT' });
  });

  it('packs signs, tracks and odd numbers of digits', () => {
    const fields = { 28: field('x+n 9'), 35: field('z ..37'), 70: field('n 3') };
    const how = packaging({ fields, encoding: bcd });
    const message = { mti: '0200', fields: { 28: 'C00001234', 35: '4000=291', 70: '301' } };
    const odd = { mti: '0200', fields: { 28: 'D00001234', 35: '4000=2912', 70: '301' } };
    expect(toHex(pack(message, how)).slice(36)).toBe('4300001234084000D2910301');
    expect(toHex(pack(odd, how)).slice(36)).toBe('4400001234094000D291200301');
    for (const m of [message, odd])
      expect(parse(pack(m, how), how)).toEqual({ ok: true, value: m });
  });

  it.each([1, 0, 65, 129])('has no field %i', (number) => {
    expect(() => packaging({ fields: { [number]: field('n 3') }, encoding: bcd })).toThrow(
      InputError,
    );
  });
});
