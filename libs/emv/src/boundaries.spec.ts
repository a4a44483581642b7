/** The last value that is accepted and the first that is not, and the words of each refusal. */
import { fromHex, toHex } from '@pinfold/crypto';
import { inputError } from '../../crypto/src/testing.js';
import {
  applicationCryptogram,
  arpcMethod2,
  buildTlv,
  capCode,
  capTerminalData,
  encryptScriptData,
  iccMasterKey,
  parseTlv,
  sessionDiversifier,
  sessionKey,
  verifyCapCode,
  visaPinChangeBlock,
} from './index.js';

const key = fromHex('0123456789ABCDEFFEDCBA9876543210');
const boxed = (text: string) => Object(text) as string;

describe('TLV', () => {
  const header = (length: number) =>
    toHex(buildTlv([{ tag: '5A', value: new Uint8Array(length) }]).slice(0, 4));

  it('writes the shortest length', () => {
    expect([0, 1, 127].map(header)).toEqual(['5A00', '5A0100', '5A7F0000']);
    expect([128, 255].map(header)).toEqual(['5A818000', '5A81FF00']);
    expect([256, 65_535].map(header)).toEqual(['5A820100', '5A82FFFF']);
  });

  it('has no length for more than 65,535 bytes', () =>
    expect(() => header(65_536)).toThrow(
      inputError('TLV_LENGTH: a value has at most 65535 bytes'),
    ));

  it.each([
    ['a tag of four bytes', '9F81810100'],
    ['the indefinite length, though enough follows', `5A80${'00'.repeat(128)}`],
    ['a length of three bytes', '5A8300000140'],
    ['a length of two bytes of which one is there', '5A8200'],
    ['no length', '5A'],
    ['no length after a tag of two bytes', '9F36'],
    ['a tag without its end', '9FFF'],
  ])('refuses %s', (_, hex) =>
    expect(parseTlv(fromHex(hex))).toEqual({ ok: false, code: 'TLV_INVALID' }),
  );

  it.each([
    ['DF810100', 'DF8101'],
    ['5A820001FF', '5A'],
    ['5A8101FF', '5A'],
  ])('reads %s', (hex, tag) => {
    const read = parseTlv(fromHex(hex));
    expect(read.ok && read.value.map((object) => object.tag)).toEqual([tag]);
  });

  it('takes 1024 objects', () => {
    const read = parseTlv(fromHex('5A00'.repeat(1024)));
    expect(read.ok && read.value.length).toBe(1024);
  });

  it.each(['5a', '5A5A', '5Azz', 'zz5A', '', 5 as unknown as string, boxed('5A')])(
    'builds nothing for the tag %p',
    (tag) =>
      expect(() => buildTlv([{ tag, value: new Uint8Array() }])).toThrow(
        inputError('TLV_TAG: a tag is 1 to 3 bytes of upper-case hex, coded as in EMV Book 3'),
      ),
  );
});

describe('one-time codes', () => {
  const ipbOf = (length: number, ones: number) =>
    new Uint8Array(length).fill(0).fill(0xff, length - ones / 8);

  it('take an answer of 11 to 43 bytes, and up to 64 bits of it', () => {
    const answer = new Uint8Array(43).fill(0xff);
    expect(capCode({ answer, ipb: ipbOf(43, 64) })).toBe('18446744073709551615');
    expect(() => capCode({ answer, ipb: ipbOf(43, 72) })).toThrow(
      inputError('CAP_BITMAP: ipb must select 1 to 64 bits'),
    );
    expect(capCode({ answer: answer.slice(0, 11), ipb: ipbOf(11, 8) })).toBe('255');
  });

  it('take 10 fields of 10 digits, and no field that is not digits', () => {
    const answer = new Uint8Array(11).fill(7);
    const code = (tdsFields: string[]) => capCode({ answer, ipb: ipbOf(11, 32), tdsFields });
    expect(code(Array(10).fill('1234567890'))).toMatch(/^\d+$/);
    const refused = inputError('CAP_FIELDS: tdsFields must be 1 to 10 fields of 1 to 10 digits');
    for (const fields of [
      ['1', 'x'],
      ['x', '1'],
      ['1', ''],
      ['1', '12345678901'],
    ]) {
      expect(() => code(fields)).toThrow(refused);
    }
  });

  it.each<[string, () => unknown]>([
    ['CAP_CHALLENGE: challenge must be 1 to 8 digits', () => capTerminalData('sign')],
    [
      'CAP_AMOUNT: amountMinor must be 1 to 12 digits',
      () => capTerminalData('sign', { challenge: '1' }),
    ],
    [
      'CAP_AMOUNT: this mode takes no amountMinor',
      () => capTerminalData('respond', { challenge: '1', amountMinor: '1' }),
    ],
    [
      'CAP_AMOUNT: this mode takes no amountMinor',
      () => capTerminalData('tds', { amountMinor: '1' }),
    ],
    [
      'CAP_CHALLENGE: this mode takes no challenge',
      () => capTerminalData('tds', { challenge: '1' }),
    ],
    [
      'CAP_AMOUNT: this mode takes no amountMinor',
      () => capTerminalData('identify', { amountMinor: '1' }),
    ],
    ['CAP_MODE: mode is identify, respond, sign or tds', () => capTerminalData('' as 'sign')],
  ])('%s', (text, call) => expect(call).toThrow(inputError(text)));

  it('are looked for in windows of 1 to 1000 counters, and the first match counts', () => {
    const find = (window: number, at: number) =>
      verifyCapCode({ code: String(at), lastCounter: 0, window, codeFor: String });
    expect([find(1, 1), find(1, 2), find(1000, 1000), find(1000, 1001)]).toEqual([
      1,
      undefined,
      1000,
      undefined,
    ]);
    for (const window of [0, 1001, 1.5]) {
      expect(() => find(window, 1)).toThrow(
        inputError('CAP_WINDOW: window must be an integer from 1 to 1000'),
      );
    }
    const asked: number[] = [];
    const same = (counter: number) => `${asked.push(counter) && 1}`;
    expect(verifyCapCode({ code: '1', lastCounter: 5, window: 4, codeFor: same })).toBe(6);
    expect(asked).toEqual([6, 7, 8, 9]);
  });
});

describe('keys', () => {
  const atc = fromHex('001C');
  it.each<[string, () => unknown]>([
    [
      'EMV_PSN: psn must be two digits',
      () => iccMasterKey({ imk: key, pan: '1'.repeat(16), psn: '001' }),
    ],
    [
      'EMV_PSN: psn must be two digits',
      () => iccMasterKey({ imk: key, pan: '1'.repeat(16), psn: 'a00' }),
    ],
    [
      'EMV_PSN: psn must be two digits',
      () => iccMasterKey({ imk: key, pan: '1'.repeat(16), psn: '00a' }),
    ],
    [
      'EMV_PSN: psn must be two digits',
      () => iccMasterKey({ imk: key, pan: '1'.repeat(16), psn: boxed('00') }),
    ],
    [
      'EMV_PAN: pan must be 12 to 19 digits',
      () => iccMasterKey({ imk: key, pan: boxed('1'.repeat(16)), psn: '00' }),
    ],
    [
      'EMV_KEY: imk must be 16 bytes',
      () => iccMasterKey({ imk: atc, pan: '1'.repeat(16), psn: '00' }),
    ],
    [
      'EMV_KEY: imk must be 16, 24, 32 bytes',
      () => iccMasterKey({ imk: atc, pan: '1'.repeat(16), psn: '00', option: 'C' }),
    ],
    ['EMV_KEY: master key must be 16 bytes', () => sessionKey(atc, { method: 'none' })],
    [
      'EMV_KEY: master key must be 16, 24, 32 bytes',
      () => sessionKey(atc, { method: 'none' }, 'aes'),
    ],
    [
      'EMV_KEY: master key must be 16 bytes',
      () => sessionKey(atc, { method: 'common', diversifier: new Uint8Array(8) }),
    ],
    ['EMV_KEY: master key must be 16 bytes', () => sessionKey(atc, { method: 'visa-sm', atc })],
    ['EMV_ATC: atc must be 2 bytes', () => sessionKey(key, { method: 'visa-sm', atc: key })],
    [
      'EMV_KEY: master key must be 16 bytes',
      () => sessionKey(atc, { method: 'emv2000-tree', atc, height: 8, branch: 4, iv: key }),
    ],
    [
      'EMV_ATC: atc must be 2 bytes',
      () => sessionKey(key, { method: 'emv2000-tree', atc: key, height: 8, branch: 4, iv: key }),
    ],
    [
      'EMV_DIVERSIFIER: diversifier must be 16 bytes',
      () => sessionKey(key, { method: 'common', diversifier: atc }, 'aes'),
    ],
    [
      'EMV_SESSION_METHOD: AES session keys: none or common',
      () => sessionKey(key, { method: 'visa-sm', atc }, 'aes'),
    ],
    [
      'EMV_SESSION_METHOD: unknown session key method',
      () => sessionKey(key, { method: '' as 'none' }),
    ],
    [
      'EMV_DIVERSIFIER: a counter of 2 bytes or a cryptogram of 8',
      () => sessionDiversifier(new Uint8Array(4)),
    ],
    ['EMV_CIPHER: cipher is tdes or aes', () => sessionDiversifier(atc, 'des' as 'aes')],
    [
      'EMV_KEY: key must be 16, 24, 32 bytes',
      () => applicationCryptogram({ key: atc, data: key, padding: 'none', cipher: 'aes' }),
    ],
    [
      'EMV_KEY: key must be 16 bytes',
      () => encryptScriptData({ key: atc, data: key, encryption: 'emv' }),
    ],
    [
      'EMV_ENCRYPTION: encryption under AES is emv or mastercard',
      () => encryptScriptData({ key, data: key, encryption: 'visa', cipher: 'aes' }),
    ],
    [
      'EMV_KEY: masterKeyAc must be 16 bytes',
      () => visaPinChangeBlock({ masterKeyAc: atc, newPin: '1234' }),
    ],
    [
      'PIN_INVALID: pin must be 4 to 12 digits',
      () => visaPinChangeBlock({ masterKeyAc: key, newPin: '1' }),
    ],
  ])('%s', (text, call) => expect(call).toThrow(inputError(text)));

  it('of a session are new arrays, and the master key stays as it was', () => {
    const master = Uint8Array.from(key);
    for (const cipher of ['tdes', 'aes'] as const) {
      const same = sessionKey(master, { method: 'none' }, cipher);
      expect(same).toEqual(master);
      expect(same).not.toBe(master);
    }
    sessionKey(master, { method: 'visa-sm', atc });
    sessionKey(master, { method: 'emv2000-tree', atc, height: 8, branch: 4, iv: key });
    sessionKey(master, { method: 'common', diversifier: new Uint8Array(8) });
    expect(master).toEqual(key);
  });

  it('diversify by a counter or a cryptogram', () => {
    expect(toHex(sessionDiversifier(atc))).toBe('001C000000000000');
    expect(toHex(sessionDiversifier(key.slice(0, 8)))).toBe('0123456789ABCDEF');
  });
});

it('a PIN change that needs the current PIN has it in the block', () => {
  expect(toHex(visaPinChangeBlock({ masterKeyAc: key, newPin: '9999' }))).toBe('049999FF76543210');
  expect(toHex(visaPinChangeBlock({ masterKeyAc: key, newPin: '9999', currentPin: '1234' }))).toBe(
    '16AD99FF76543210',
  );
});

it('an answer by method 2 takes up to eight bytes of its own data', () => {
  const answer = { key, arqc: new Uint8Array(8), csu: new Uint8Array(4) };
  expect(arpcMethod2({ ...answer, proprietaryData: new Uint8Array(8) })).toHaveLength(4);
  expect(() => arpcMethod2({ ...answer, proprietaryData: new Uint8Array(9) })).toThrow(
    inputError('EMV_PROPRIETARY: proprietaryData must be at most 8 bytes'),
  );
});
