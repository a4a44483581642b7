import fc from 'fast-check';
import { MASKED_PAN, maskPan } from './mask-pan.js';
import { decodeOriginalData, encodeOriginalData } from './original-data.js';
import { decodeReplacementAmounts, encodeReplacementAmounts } from './replacement-amounts.js';
import { RESPONSE, RESPONSE_CODES, responseOf } from './response-codes.js';
import { allTopics, issuerRequests, TOPIC_TABLE } from './topics.js';

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((d) => d.join(''));

describe('DE 90, original data elements', () => {
  it('has the layout 4, 6, 10, 11, 11', () => {
    const field = encodeOriginalData({
      mti: '0200',
      stan: '000042',
      transmittedAt: '1121235959',
      acquirer: '100001',
    });
    expect(field).toBe('0200000042112123595900000100001' + '00000000000');
    expect(decodeOriginalData(field)).toEqual({
      ok: true,
      value: {
        mti: '0200',
        stan: '000042',
        transmittedAt: '1121235959',
        acquirer: '100001',
        forwarder: '0',
      },
    });
  });

  it('comes back as it went', () => {
    fc.assert(
      fc.property(
        digits(4),
        digits(6),
        digits(10),
        fc.integer({ min: 0, max: 99999999999 }),
        (mti, stan, transmittedAt, id) => {
          const original = { mti, stan, transmittedAt, acquirer: String(id), forwarder: '0' };
          expect(decodeOriginalData(encodeOriginalData(original))).toEqual({
            ok: true,
            value: original,
          });
        },
      ),
      { verbose: true },
    );
  });

  it.each([
    undefined,
    '',
    '1'.repeat(41),
    '1'.repeat(43),
    `${'1'.repeat(41)}x`,
    new Uint8Array(42),
  ])('refuses anything else', (field) => {
    expect(decodeOriginalData(field)).toEqual({ ok: false, code: 'ORIGINAL_DATA_INVALID' });
  });

  it('is not made from parts of another length', () => {
    expect(() =>
      encodeOriginalData({ mti: '200', stan: '1', transmittedAt: '', acquirer: '' }),
    ).toThrow(RangeError);
  });
});

describe('DE 95, replacement amounts', () => {
  it.each([0n, 1n, 5000n, 999_999_999_999n])('carries %s', (amount) => {
    const field = encodeReplacementAmounts(amount);
    expect(field).toHaveLength(42);
    expect(decodeReplacementAmounts(field)).toEqual({ ok: true, value: amount });
  });

  it('refuses what does not fit', () => {
    expect(() => encodeReplacementAmounts(-1n)).toThrow(RangeError);
    expect(() => encodeReplacementAmounts(1_000_000_000_000n)).toThrow(RangeError);
    expect(decodeReplacementAmounts('1'.repeat(42)).ok).toBe(false);
    expect(decodeReplacementAmounts(undefined).ok).toBe(false);
  });
});

describe('tables', () => {
  it('have one row for each response code', () => {
    expect([...RESPONSE_CODES.keys()]).toEqual(Object.values(RESPONSE));
    expect([...RESPONSE_CODES.values()].filter((row) => row.approved).map((r) => r.code)).toEqual([
      '00',
    ]);
    expect(responseOf('99')).toMatchObject({ name: 'unknown', approved: false });
  });

  it('name every topic once', () => {
    const names = TOPIC_TABLE.map(({ name }) => name.replace('<id>', 'bank-a'));
    expect([...names].sort()).toEqual(allTopics(['bank-a']).sort());
    expect(() => issuerRequests('BANK-A')).toThrow(RangeError);
    expect(() => issuerRequests('a.b')).toThrow(RangeError);
  });

  it('mask card numbers in a form that the event schemas take', () => {
    expect(maskPan('4000000000000002')).toBe('400000******0002');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 19 }).chain(digits), (pan) => {
        expect(maskPan(pan)).toMatch(MASKED_PAN);
        expect(pan).not.toMatch(MASKED_PAN);
      }),
      { verbose: true },
    );
  });
});
