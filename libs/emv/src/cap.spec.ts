import { createCipheriv } from 'node:crypto';
import { concatBytes, fromHex, toHex } from '@pinfold/crypto';
import { inputError } from '../../crypto/src/testing.js';
import { capCode, capTerminalData, verifyCapCode } from './cap.js';

/* CID 80, ATC 0042, AC, IAD of 7 bytes. */
const answer = fromHex('80004219C1FBC83EBDC0D506A60103A02000');
/* Seven low bits of the ATC and the last 17 bits of the cryptogram: a usual bitmap. */
const ipb = fromHex('00007F0000000000 01FFFF 00000000000000'.replace(/ /g, ''));

describe('capTerminalData', () => {
  it('gives what each mode shows to the card', () => {
    const shown = (mode: 'identify' | 'respond' | 'sign' | 'tds', input = {}) => {
      const { unpredictableNumber, amount } = capTerminalData(mode, input);
      return [toHex(unpredictableNumber), toHex(amount)];
    };
    expect(shown('identify')).toEqual(['00000000', '000000000000']);
    expect(shown('tds')).toEqual(['00000000', '000000000000']);
    expect(shown('respond', { challenge: '1234567' })).toEqual(['01234567', '000000000000']);
    expect(shown('sign', { challenge: '12345678', amountMinor: '5000' })).toEqual([
      '12345678',
      '000000005000',
    ]);
  });

  it.each([
    ['CAP_MODE: mode is identify, respond, sign or tds', () => capTerminalData('pay' as 'sign')],
    ['CAP_CHALLENGE: challenge must be 1 to 8 digits', () => capTerminalData('respond')],
    [
      'CAP_CHALLENGE: challenge must be 1 to 8 digits',
      () => capTerminalData('respond', { challenge: '123456789' }),
    ],
    [
      'CAP_CHALLENGE: this mode takes no challenge',
      () => capTerminalData('identify', { challenge: '1' }),
    ],
    [
      'CAP_AMOUNT: amountMinor must be 1 to 12 digits',
      () => capTerminalData('sign', { challenge: '1', amountMinor: '1.00' }),
    ],
  ])('%s', (code, call) => {
    expect(call).toThrow(inputError(code));
  });
});

describe('capCode', () => {
  it('takes the bits under the bitmap as a decimal number', () => {
    // ATC 0x42 in 7 bits, then the low 17 bits of …BDC0D5: 1 C0D5
    expect(capCode({ answer, ipb })).toBe(String(0x42 * 2 ** 17 + 0x1c0d5));
  });

  it('puts the PAN sequence number in front where the issuer includes it', () => {
    const psn = Uint8Array.of(0x03);
    const withPsn = concatBytes(Uint8Array.of(0x03), ipb);
    expect(capCode({ answer, ipb: withPsn, psn })).toBe(
      String(3 * 2 ** 24 + 0x42 * 2 ** 17 + 0x1c0d5),
    );
  });

  it('signs transaction data with the cryptogram as key (checked against OpenSSL)', () => {
    const key = fromHex('19C1FBC83EBDC0D5');
    const cipher = createCipheriv('des-ede-cbc', concatBytes(key, key), new Uint8Array(8));
    const chained = Buffer.concat([
      cipher.setAutoPadding(false).update(fromHex('1234567890F12380')),
    ]);
    const low = ((chained[5]! & 1) << 16) | (chained[6]! << 8) | chained[7]!;
    expect(capCode({ answer, ipb, tdsFields: ['1234567890', '123'] })).toBe(
      String(0x42 * 2 ** 17 + low),
    );
  });

  it.each([
    [
      'CAP_ANSWER: answer must be CID, ATC, cryptogram and at most 32 bytes',
      { answer: answer.slice(0, 10), ipb },
    ],
    ['CAP_BITMAP: ipb must be as long as the data, 18 bytes', { answer, ipb: ipb.slice(1) }],
    ['CAP_BITMAP: ipb must select 1 to 64 bits', { answer, ipb: new Uint8Array(ipb.length) }],
    [
      'CAP_BITMAP: ipb must select 1 to 64 bits',
      { answer, ipb: new Uint8Array(ipb.length).fill(0xff) },
    ],
    [
      'CAP_FIELDS: tdsFields must be 1 to 10 fields of 1 to 10 digits',
      { answer, ipb, tdsFields: [] },
    ],
    [
      'CAP_FIELDS: tdsFields must be 1 to 10 fields of 1 to 10 digits',
      { answer, ipb, tdsFields: ['12a'] },
    ],
    [
      'CAP_FIELDS: tdsFields must be 1 to 10 fields of 1 to 10 digits',
      { answer, ipb, tdsFields: Array(11).fill('1') },
    ],
  ])('%s', (code, input) => {
    expect(() => capCode(input)).toThrow(inputError(code));
  });
});

it('signs each digit of a field, odd numbers of them too, and leaves the answer as it was', () => {
  const before = answer.slice();
  const codes = ['1', '2', '3', '12', '123'].map((field) =>
    capCode({ answer, ipb, tdsFields: [field] }),
  );
  expect(new Set(codes).size).toBe(5);
  expect(answer).toEqual(before);
});

describe('verifyCapCode', () => {
  const codeFor = (counter: number): string => String((counter * 7919) % 1_000_003);

  it('finds the counter in the window and refuses replays and what lies beyond', () => {
    const find = (counter: number) =>
      verifyCapCode({ code: codeFor(counter), lastCounter: 100, window: 10, codeFor });
    expect(find(101)).toBe(101);
    expect(find(110)).toBe(110);
    expect(find(111)).toBeUndefined();
    expect(find(100)).toBeUndefined();
  });

  it('never goes past the last transaction counter', () => {
    const seen: number[] = [];
    const look = (counter: number): string => {
      seen.push(counter);
      return 'none';
    };
    expect(
      verifyCapCode({ code: '1', lastCounter: 0xfffe, window: 10, codeFor: look }),
    ).toBeUndefined();
    expect(seen).toEqual([0xffff]);
    expect(() => verifyCapCode({ code: '1', lastCounter: 0, window: 0, codeFor })).toThrow(
      inputError('CAP_WINDOW: window must be an integer from 1 to 1000'),
    );
  });

  it.each([-1, 65_536, 1.5])('refuses a last counter of %d', (lastCounter) => {
    const call = () => verifyCapCode({ code: '1', lastCounter, window: 1, codeFor });
    expect(call).toThrow(inputError('CAP_COUNTER: lastCounter must be an integer from 0 to 65535'));
  });

  it('has nothing to find after the last counter there is', () => {
    const find = verifyCapCode({ code: codeFor(1), lastCounter: 0xffff, window: 1, codeFor });
    expect(find).toBeUndefined();
  });

  it('refuses what is no code, and what makes none', () => {
    const refused = inputError(
      'CAP_CODE: code must be text, and codeFor make the code of a counter',
    );
    const sound = { code: '1', lastCounter: 0, window: 1, codeFor };
    expect(() => verifyCapCode({ ...sound, code: 1 as never })).toThrow(refused);
    expect(() => verifyCapCode({ ...sound, codeFor: '1' as never })).toThrow(refused);
  });
});
