import { loggable, masked } from './loggable.js';

it('shows what the table allows and hides the rest', () => {
  const shown = loggable({
    mti: '0200',
    fields: {
      2: '4000000000000011',
      11: '000017',
      14: '2912',
      52: new Uint8Array(8),
      65: 'secret',
    },
  });
  expect(shown.fields.map((f) => f.value)).toEqual([
    '400000******0011',
    '000017',
    '[4 hidden]',
    '[8 hidden]',
    '[6 hidden]',
  ]);
});

it.each([
  ['40000000011', '*******0011'],
  ['4000000000000', '400000***0000'],
  ['1234567', '*******'],
  ['', ''],
])('masks %s as %s', (value, expected) => expect(masked(value)).toBe(expected));
