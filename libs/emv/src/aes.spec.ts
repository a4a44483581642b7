/**
 * EMV under AES. No cryptogram of it is published; its formulae are composed here once more, from
 * OpenSSL's AES and the steps of EMV 4.4 Book 2, and `vectors/generated/emv-aes.json` has random cases
 * composed in Python from another library's AES and CMAC.
 */
import { createCipheriv } from 'node:crypto';
import { concatBytes, fromHex, InputError, toHex } from '@pinfold/crypto';
import fc from 'fast-check';
import {
  applicationCryptogram,
  arpcMethod1,
  arpcMethod2,
  encryptScriptData,
  iccMasterKey,
  scriptMac,
  sessionDiversifier,
  sessionKey,
  verifyArqc,
  visaPinChangeBlock,
} from './index.js';

const aes = (key: Uint8Array, block: Uint8Array): Uint8Array => {
  const cipher = createCipheriv(`aes-${8 * key.length}-ecb`, key, null).setAutoPadding(false);
  return Uint8Array.from(cipher.update(block));
};
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const keys = fc.constantFrom(16, 24, 32).chain(bytesOf);
const digits = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });
const inverse = (bytes: Uint8Array) => bytes.map((byte) => ~byte);
const key = fromHex('000102030405060708090A0B0C0D0E0F');
const arqc = fromHex('1122334455667788');
const code = (value: string) => expect.objectContaining({ name: 'InputError', code: value });

describe('keys under AES', () => {
  it('option C: PAN and PSN as one block, its inverse for longer keys', () => {
    fc.assert(
      fc.property(keys, digits(12, 19), digits(2, 2), (imk, pan, psn) => {
        const block = fromHex((pan + psn).padStart(32, '0'));
        const whole = concatBytes(aes(imk, block), aes(imk, inverse(block)));
        const made = iccMasterKey({ imk, pan, psn, option: 'C' });
        expect(made).toEqual(whole.slice(0, imk.length));
      }),
    );
  });

  it('common session keys: the diversifier as it is for a block, marked F0 and 0F for more', () => {
    fc.assert(
      fc.property(keys, bytesOf(16), (master, diversifier) => {
        const marked = (marker: number) => {
          const block = diversifier.slice();
          block[2] = marker;
          return aes(master, block);
        };
        const whole =
          master.length === 16
            ? aes(master, diversifier)
            : concatBytes(marked(0xf0), marked(0x0f)).slice(0, master.length);
        expect(sessionKey(master, { method: 'common', diversifier }, 'aes')).toEqual(whole);
        expect(sessionKey(master, { method: 'none' }, 'aes')).toEqual(master);
      }),
    );
  });

  it('diversifiers: counter or cryptogram, then zeros to a block', () => {
    expect(toHex(sessionDiversifier(fromHex('001C')))).toBe('001C000000000000');
    expect(toHex(sessionDiversifier(arqc))).toBe('1122334455667788');
    expect(toHex(sessionDiversifier(fromHex('001C'), 'aes'))).toBe(`001C${'00'.repeat(14)}`);
    expect(toHex(sessionDiversifier(arqc, 'aes'))).toBe(`1122334455667788${'00'.repeat(8)}`);
    expect(() => sessionDiversifier(fromHex('00'))).toThrow(code('EMV_DIVERSIFIER'));
    expect(() => sessionDiversifier(arqc, 'des' as 'aes')).toThrow(code('EMV_CIPHER'));
  });
});

describe('cryptograms under AES', () => {
  // SP 800-38B, example 2 of AES-128: CMAC of one block.
  const published = {
    key: fromHex('2B7E151628AED2A6ABF7158809CF4F3C'),
    data: fromHex('6BC1BEE22E409F96E93D7E117393172A'),
    padding: 'none',
    cipher: 'aes',
  } as const;

  it('are the left half of CMAC', () => {
    expect(toHex(applicationCryptogram(published))).toBe('070A16B46B4D4144');
    expect(verifyArqc({ ...published, arqc: fromHex('070A16B46B4D4144') })).toBe(true);
    expect(verifyArqc({ ...published, arqc: fromHex('070A16B46B4D4145') })).toBe(false);
  });

  it('are answered by the left half of a block, or by four bytes of CMAC', () => {
    const arc = fromHex('3030');
    const block = fromHex(`2112334455667788${'00'.repeat(8)}`);
    expect(arpcMethod1({ key, arqc, arc, cipher: 'aes' })).toEqual(aes(key, block).slice(0, 8));
    const csu = fromHex('03820000');
    const proprietaryData = fromHex('A0A1A2');
    const data = concatBytes(arqc, csu, proprietaryData);
    const whole = applicationCryptogram({ key, data, padding: 'none', cipher: 'aes' });
    expect(arpcMethod2({ key, arqc, csu, proprietaryData, cipher: 'aes' })).toEqual(
      whole.slice(0, 4),
    );
  });

  it('protect scripts: CMAC over the command, CBC over padded data', () => {
    const [commandHeader, macPrefix, commandData] = ['8424000210', '001C', 'AABB'].map(fromHex);
    const data = fromHex('8424000210001CAABB');
    expect(
      scriptMac({
        key,
        cipher: 'aes',
        commandHeader: commandHeader!,
        macPrefix: macPrefix!,
        commandData,
      }),
    ).toEqual(applicationCryptogram({ key, data, padding: 'none', cipher: 'aes' }));
    const encrypt = (length: number, encryption: 'emv' | 'mastercard') =>
      encryptScriptData({ key, cipher: 'aes', data: data.slice(0, length), encryption });
    expect(encrypt(8, 'emv')).toEqual(
      aes(key, fromHex(`${toHex(data.slice(0, 8))}8${'0'.repeat(15)}`)),
    );
    const block = new Uint8Array(16).fill(7);
    const long = (encryption: 'emv' | 'mastercard') =>
      encryptScriptData({ key, cipher: 'aes', data: block, encryption });
    expect(long('mastercard')).toEqual(aes(key, block));
    expect(long('emv')).toHaveLength(32);
    expect(encrypt(0, 'mastercard')).toHaveLength(16);
  });
});

describe('what does not go with AES', () => {
  it.each([
    ['EMV_KEY', () => iccMasterKey({ imk: arqc, pan: '123456789012', psn: '00', option: 'C' })],
    ['EMV_KEY', () => sessionKey(arqc, { method: 'none' }, 'aes')],
    [
      'EMV_KEY',
      () => scriptMac({ key: arqc, cipher: 'aes', commandHeader: arqc, macPrefix: arqc }),
    ],
    ['EMV_KEY', () => encryptScriptData({ key: new Uint8Array(24), data: key, encryption: 'emv' })],
    ['EMV_KEY', () => visaPinChangeBlock({ masterKeyAc: new Uint8Array(24), newPin: '1234' })],
    ['EMV_CIPHER', () => sessionKey(key, { method: 'none' }, 'des' as 'aes')],
    ['EMV_DIVERSIFIER', () => sessionKey(key, { method: 'common', diversifier: arqc }, 'aes')],
    ['EMV_SESSION_METHOD', () => sessionKey(key, { method: 'visa-sm', atc: arqc }, 'aes')],
    [
      'EMV_PADDING',
      () => applicationCryptogram({ key, data: key, padding: 'iso2', cipher: 'aes' }),
    ],
    [
      'EMV_ENCRYPTION',
      () => encryptScriptData({ key, cipher: 'aes', data: key, encryption: 'visa' }),
    ],
  ])('%s', (wanted, call) => {
    expect(call).toThrow(InputError);
    expect(call).toThrow(code(wanted));
  });
});
