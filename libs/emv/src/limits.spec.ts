/** Limits and rare paths: lengths at their ends, letters of option B, the tables of generated cases. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fromHex, hasOddParity, toHex } from '@pinfold/crypto';
import fc from 'fast-check';
import { inputError } from '../../crypto/src/testing.js';
import {
  applicationCryptogram,
  buildTlv,
  capCode,
  encryptScriptData,
  iccMasterKey,
  parseTlv,
  type ScriptEncryption,
  scriptMac,
} from './index.js';

const KEY = fromHex('0123456789ABCDEFFEDCBA9876543210');

describe('option B', () => {
  const { tables } = JSON.parse(
    readFileSync(new URL('../../../vectors/generated/emv-keys.json', import.meta.url), 'utf8'),
  ) as { tables: { id: string; rows: [string, string, string, string][] }[] };
  const { rows } = tables.find(({ id }) => id === 'option-b-letters')!;

  it.each(rows)('takes letters where the hash has few digits: %s %s %s', (imk, pan, psn, key) => {
    const number = pan + psn;
    const packed = fromHex(number.length % 2 === 0 ? number : `0${number}`);
    const hash = createHash('sha1').update(packed).digest('hex');
    expect(hash.replace(/[a-f]/g, '').length).toBeLessThan(16);
    expect(toHex(iccMasterKey({ imk: fromHex(imk), pan, psn, option: 'B' }))).toBe(key);
  });

  it('is option A up to 16 digits, and has odd parity', () => {
    const digits = fc.string({
      unit: fc.constantFrom(...'0123456789'),
      minLength: 12,
      maxLength: 16,
    });
    fc.assert(
      fc.property(digits, fc.integer({ min: 10, max: 99 }), (pan, psn) => {
        const card = { imk: KEY, pan, psn: String(psn) };
        const key = iccMasterKey({ ...card, option: 'B' });
        expect(key).toEqual(iccMasterKey(card));
        expect(hasOddParity(key)).toBe(true);
      }),
    );
  });

  it.each([
    ['EMV_OPTION: master key derivation is option A, B or C', { option: 'D' }],
    ['EMV_PAN: pan must be 12 to 19 digits', { pan: '12345678901' }],
    ['EMV_PAN: pan must be 12 to 19 digits', { pan: '12345678901234567890' }],
    ['EMV_PSN: psn must be two digits', { psn: '1' }],
    ['EMV_KEY: imk must be 16 bytes', { imk: KEY.slice(1) }],
  ])('%s', (code, change) => {
    const card = { imk: KEY, pan: '123456789012', psn: '00', ...change };
    expect(() => iccMasterKey(card as Parameters<typeof iccMasterKey>[0])).toThrow(
      inputError(code),
    );
  });
});

describe('script data', () => {
  const encrypt = (length: number, encryption: ScriptEncryption) =>
    encryptScriptData({ key: KEY, data: new Uint8Array(length), encryption }).length;

  it.each([
    ['visa', 0, 8],
    ['visa', 7, 8],
    ['visa', 8, 16],
    ['visa', 255, 256],
    ['emv', 0, 8],
    ['emv', 8, 16],
    ['mastercard', 0, 8],
    ['mastercard', 7, 8],
    ['mastercard', 8, 8],
    ['mastercard', 9, 16],
  ] as const)('%s: %i bytes become %i', (encryption, before, after) =>
    expect(encrypt(before, encryption)).toBe(after),
  );

  it.each([
    ['EMV_SCRIPT_DATA: data must be at most 255 bytes', 256, 'visa'],
    ['EMV_ENCRYPTION: encryption is visa, emv or mastercard', 8, 'amex'],
    ['EMV_ENCRYPTION: encryption is visa, emv or mastercard', 8, 'toString'],
  ])('%s', (code, length, encryption) =>
    expect(() => encrypt(length, encryption as 'visa')).toThrow(inputError(code)),
  );

  it('a MAC takes a command without data', () => {
    const command = { key: KEY, commandHeader: new Uint8Array(5), macPrefix: new Uint8Array(10) };
    expect(scriptMac(command)).toEqual(scriptMac({ ...command, commandData: new Uint8Array() }));
  });
});

it('a cryptogram without padding takes whole blocks alone', () => {
  const of = (length: number) =>
    applicationCryptogram({ key: KEY, data: new Uint8Array(length), padding: 'none' });
  expect(of(16)).toHaveLength(8);
  expect(() => of(15)).toThrow(
    inputError('DATA_LENGTH: here the data must be whole blocks of 8 bytes'),
  );
});

it.each([0, 127, 128, 255, 256, 65_535])('TLV of %i bytes', (length) => {
  const object = { tag: '9F10', value: new Uint8Array(length).fill(1) };
  expect(parseTlv(buildTlv([object]))).toEqual({ ok: true, value: [object] });
});

describe('one-time codes', () => {
  const answer = new Uint8Array(11);
  const ipb = new Uint8Array(11).fill(0, 0).fill(0xff, 9);

  it.each([
    [
      'CAP_ANSWER: answer must be CID, ATC, cryptogram and at most 32 bytes',
      { answer: answer.slice(1) },
    ],
    [
      'CAP_ANSWER: answer must be CID, ATC, cryptogram and at most 32 bytes',
      { answer: new Uint8Array(44) },
    ],
    ['CAP_BITMAP: ipb must be as long as the data, 11 bytes', { ipb: ipb.slice(1) }],
    ['CAP_BITMAP: ipb must select 1 to 64 bits', { ipb: new Uint8Array(11) }],
    ['CAP_BITMAP: ipb must select 1 to 64 bits', { ipb: new Uint8Array(11).fill(0xff) }],
    ['CAP_FIELDS: tdsFields must be 1 to 10 fields of 1 to 10 digits', { tdsFields: [] }],
    [
      'CAP_FIELDS: tdsFields must be 1 to 10 fields of 1 to 10 digits',
      { tdsFields: ['12345678901'] },
    ],
    ['CAP_FIELDS: tdsFields must be 1 to 10 fields of 1 to 10 digits', { tdsFields: ['1x'] }],
    [
      'CAP_FIELDS: tdsFields must be 1 to 10 fields of 1 to 10 digits',
      { tdsFields: new Array(11).fill('1') },
    ],
  ])('%s', (code, change) =>
    expect(() => capCode({ answer, ipb, ...change })).toThrow(inputError(code)),
  );

  it('packs an even and an odd number of digits apart', () => {
    const signed = (tdsFields: string[]) => capCode({ answer, ipb, tdsFields });
    expect(signed(['12'])).not.toBe(signed(['123']));
  });

  it('keeps fields apart whose digits are the same', () => {
    const signed = (tdsFields: string[]) => capCode({ answer, ipb, tdsFields });
    expect(signed(['12', '3'])).not.toBe(signed(['1', '23']));
    expect(signed(['12'])).not.toBe(signed(['1', '2']));
  });
});
