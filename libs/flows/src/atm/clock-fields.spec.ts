import {
  amountText,
  nextStan,
  retrievalReference,
  stanText,
  transmissionTime,
} from './clock-fields.js';

it('STANs count from 1 to 999999 and start again', () => {
  expect([0, 1, 999_998, 999_999].map(nextStan)).toEqual([1, 2, 999_999, 1]);
  expect(stanText(7)).toBe('000007');
});

it.each([
  ['2026-01-01T00:00:00.000Z', '0101000000', '600100000007'],
  ['2026-12-31T23:59:59.999Z', '1231235959', '636523000007'],
  ['2028-12-31T09:05:00.000Z', '1231090500', '836609000007'],
  ['2030-02-28T12:00:01.500Z', '0228120001', '005912000007'],
])('%s is %s in DE 7, and starts the RRN %s', (time, de7, rrn) => {
  expect(transmissionTime(Date.parse(time))).toBe(de7);
  expect(retrievalReference(Date.parse(time), '000007')).toBe(rrn);
});

it('amounts have twelve digits', () => {
  expect([1n, 999_999_999_999n].map(amountText)).toEqual(['000000000001', '999999999999']);
});
