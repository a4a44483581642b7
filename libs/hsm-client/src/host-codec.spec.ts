import { readHostReply } from './host-codec.js';

it('takes a reply without fields as done where its code is a warning of the command', () => {
  expect(readHostReply('EA', 'EB00')).toMatchObject({ ok: true, error: '00' });
  expect(readHostReply('EA', 'EB02')).toMatchObject({ ok: true, error: '02' });
  expect(readHostReply('EA', 'EB01')).toEqual({ ok: false, error: '01' });
  expect(readHostReply('EC', 'ED02')).toEqual({ ok: false, error: '02' });
});
