import { fromHex, toHex } from '@pinfold/crypto';
import fc from 'fast-check';
import { inputError } from '../../crypto/src/testing.js';
import { buildTlv, parseTlv } from './tlv.js';

const tag = fc.constantFrom('5A', '82', '9F26', '9F36', '9F10', '77', '5F34', 'DF8101');
const objects = fc.array(fc.record({ tag, value: fc.uint8Array({ maxLength: 300 }) }), {
  maxLength: 10,
});

describe('BER-TLV', () => {
  it('gives back what it built', () => {
    fc.assert(
      fc.property(objects, (list) => {
        const parsed = parseTlv(buildTlv(list));
        expect(parsed).toEqual({
          ok: true,
          value: list.map((o) => ({ tag: o.tag, value: Uint8Array.from(o.value) })),
        });
      }),
    );
  });

  it('skips padding between objects', () => {
    const parsed = parseTlv(fromHex('00009F36020042005A0140'));
    expect(parsed.ok && parsed.value.map((o) => [o.tag, toHex(o.value)])).toEqual([
      ['9F36', '0042'],
      ['5A', '40'],
    ]);
  });

  it.each([
    '9F',
    '9F36',
    '9F3602',
    '9F360200',
    '5A81',
    '5A80',
    '5A83000001',
    '5A820001',
    '9F81818101',
  ])('refuses %s and never throws', (hex) =>
    expect(parseTlv(fromHex(hex))).toMatchObject({ ok: false, code: 'TLV_INVALID' }),
  );

  it('never throws and never takes more objects than its limit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(typeof parseTlv(bytes).ok).toBe('boolean');
      }),
    );
    expect(parseTlv(fromHex('5A00'.repeat(1025))).ok).toBe(false);
  });

  it.each(['', '5', '9F', '5A5A', '9F81818101', 'zz'])(
    'builds no object for the tag %p',
    (name) => {
      expect(() => buildTlv([{ tag: name, value: new Uint8Array() }])).toThrow(
        inputError('TLV_TAG: a tag is 1 to 3 bytes of upper-case hex, coded as in EMV Book 3'),
      );
    },
  );
});

it('refuses objects that are no list, and bytes that are none', () => {
  expect(() => buildTlv({} as never)).toThrow(inputError('TLV_OBJECTS: objects must be a list'));
  expect(parseTlv('82' as never)).toEqual({ ok: false, code: 'TLV_INVALID' });
});
