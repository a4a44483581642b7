/** What is answered to messages that do not parse, over every byte that can be wrong. */
import { type IsoMessage, pack, parse } from '@pinfold/iso8583';
import fc from 'fast-check';
import { PACKINGS } from './packing.js';
import { refusalOf, salvage, wantsAnswer } from './salvage.js';

const message: IsoMessage = {
  mti: '0200',
  fields: {
    2: '4000000000000010',
    7: '1121221530',
    11: '000042',
    41: 'ISO00001',
    49: '978',
    52: new Uint8Array(8),
    90: '0'.repeat(42),
    128: new Uint8Array(8),
  },
};

describe.each(Object.entries(PACKINGS))('%s', (_, packaging) => {
  const bytes = pack(message, packaging);

  it('gives MTI and STAN of what is cut off anywhere after the STAN', () => {
    const after = pack(
      { mti: '0200', fields: { 2: '4000000000000010', 7: '1'.repeat(10), 11: '000042' } },
      packaging,
    );
    const mapBytes = packaging.encoding.bitmap === 'hex' ? 16 : 8;
    for (let length = after.length + mapBytes; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length);
      expect(parse(cut, packaging).ok).toBe(false);
      expect(salvage(cut, packaging)).toMatchObject({ mti: '0200', fields: { 11: '000042' } });
    }
  });

  it('gives the terminal when the fault is behind it', () => {
    const salvaged = salvage(bytes.subarray(0, bytes.length - 1), packaging)!;
    expect(refusalOf(salvaged, '30')).toEqual({
      mti: '0210',
      fields: { 7: '1121221530', 11: '000042', 39: '30', 41: 'ISO00001' },
    });
  });

  it('never throws, and what it gives can be answered', () => {
    const input = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)).map(([at, byte]) => {
        const broken = Uint8Array.from(bytes);
        broken[at] = byte;
        return broken;
      }),
    );
    fc.assert(
      fc.property(input, (broken) => {
        const read = salvage(broken, packaging);
        if (read === undefined || !wantsAnswer(read.mti)) return;
        expect(parse(pack(refusalOf(read, '30'), packaging), packaging).ok).toBe(true);
      }),
    );
  });
});
