import { readFileSync } from 'node:fs';
import { checkValue, fromHex, toHex } from '@pinfold/crypto';
import { encodePinBlock } from '@pinfold/pin';
import { inputError } from '../../crypto/src/testing.js';
import { applicationCryptogram, arpcMethod1, arpcMethod2, verifyArqc } from './cryptogram.js';
import { iccMasterKey } from './master-key.js';
import { encryptScriptData, scriptMac, visaPinChangeBlock } from './script.js';
import { type SessionKeyMethod, sessionKey } from './session-key.js';

/* One flat shape for all cases of the file: its notes say which fields an operation has. */
// biome-ignore lint/suspicious/noExplicitAny: inputs differ from operation to operation
type Case = { id: string; op: string; expect: Record<string, string>; [input: string]: any };
const { cases } = JSON.parse(
  readFileSync(new URL('../../../vectors/emv.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

const bytes = (hex: string): Uint8Array => fromHex(hex);
const zeros = (key: Uint8Array, digits: number): string =>
  toHex(checkValue(key, { cipher: 'des', method: 'zeros' })).slice(0, digits);

function methodOf(c: Case): SessionKeyMethod {
  switch (c.sessionKey as string) {
    case 'common':
      return { method: 'common', diversifier: bytes(c.diversifier) };
    case 'mastercard':
      return { method: 'mastercard', atc: bytes(c.atc), un: bytes(c.un) };
    case 'visa-sm':
      return { method: 'visa-sm', atc: bytes(c.atc) };
    case 'emv2000-tree':
      return {
        method: 'emv2000-tree',
        atc: bytes(c.atc),
        height: c.height,
        branch: c.branch,
        iv: bytes(c.iv),
      };
    default:
      return { method: 'none' };
  }
}

const masterOf = (c: Case, imk: string): Uint8Array =>
  iccMasterKey({ imk: bytes(imk), pan: c.pan, psn: c.psn, option: c.masterKeyDerivation });

describe('published EMV vectors', () => {
  it.each(cases.filter((c) => c.op === 'emv-icc-master-key'))('$id', (c) => {
    expect(zeros(masterOf(c, c.imk), 4)).toBe(c.expect.checkValue);
  });

  it.each(cases.filter((c) => c.op === 'emv-session-key'))('$id', (c) => {
    const key = sessionKey(
      c.iccMk === undefined ? masterOf(c, c.imk) : bytes(c.iccMk),
      methodOf(c),
    );
    if (c.expect.sessionKey !== undefined) expect(toHex(key)).toBe(c.expect.sessionKey);
    if (c.expect.checkValue !== undefined) expect(zeros(key, 4)).toBe(c.expect.checkValue);
  });

  it.each(cases.filter((c) => c.op === 'emv-cryptogram'))('$id', (c) => {
    const master = masterOf(c, c.imk);
    const session = sessionKey(master, methodOf(c));
    const input = { key: session, data: bytes(c.data), padding: c.padding };
    const arqc = applicationCryptogram(input);
    expect(toHex(arqc)).toBe(c.expect.arqc);
    expect(verifyArqc({ ...input, arqc })).toBe(true);
    arqc[7]! ^= 1;
    expect(verifyArqc({ ...input, arqc })).toBe(false);
    arqc[7]! ^= 1;
    const key = c.arpcKey === 'iccMk' ? master : session;
    const arpc =
      Number(c.arpcMethod) === 1
        ? arpcMethod1({ key, arqc, arc: bytes(c.arc) })
        : arpcMethod2({ key, arqc, csu: bytes(c.csu) });
    expect(toHex(arpc)).toBe(c.expect.arpc);
  });

  it.each(cases.filter((c) => c.op === 'emv-script'))('$id', (c) => {
    const keyFor = (imk: string): Uint8Array => sessionKey(masterOf(c, imk), methodOf(c));
    let commandData: Uint8Array | undefined;
    if (c.pin !== undefined) {
      const block =
        c.pinFormat === 'iso2'
          ? encodePinBlock({ format: 'iso2', pin: c.pin })
          : visaPinChangeBlock({ masterKeyAc: masterOf(c, c.imkAc), newPin: c.pin });
      if (c.expect.pinBlock !== undefined) expect(toHex(block)).toBe(c.expect.pinBlock);
      commandData = encryptScriptData({
        key: keyFor(c.imkSmc),
        data: block,
        encryption: c.encryption,
      });
      expect(toHex(commandData)).toBe(c.expect.commandData);
    }
    const mac = scriptMac({
      key: keyFor(c.imkSmi),
      commandHeader: bytes(c.commandHeader),
      macPrefix: bytes(c.macPrefix),
      commandData,
    });
    expect(toHex(mac)).toBe(c.expect.mac);
  });
});

describe('bad input', () => {
  const imk = new Uint8Array(16).fill(1);
  it.each([
    [
      'EMV_PAN: pan must be 12 to 19 digits',
      () => iccMasterKey({ imk, pan: '12345678901', psn: '00' }),
    ],
    ['EMV_PSN: psn must be two digits', () => iccMasterKey({ imk, pan: '123456789012', psn: '0' })],
    [
      'EMV_KEY: imk must be 16 bytes',
      () => iccMasterKey({ imk: imk.slice(1), pan: '123456789012', psn: '00' }),
    ],
    [
      'EMV_OPTION: master key derivation is option A, B or C',
      () => iccMasterKey({ imk, pan: '123456789012', psn: '00', option: 'D' as 'A' }),
    ],
    [
      'EMV_DIVERSIFIER: diversifier must be 8 bytes',
      () => sessionKey(imk, { method: 'common', diversifier: imk }),
    ],
    ['EMV_ATC: atc must be 2 bytes', () => sessionKey(imk, { method: 'visa-sm', atc: imk })],
    [
      'EMV_ATC: atc must be 2 bytes',
      () => sessionKey(imk, { method: 'mastercard', atc: imk, un: imk }),
    ],
    [
      'EMV_UN: un must be 4 bytes',
      () => sessionKey(imk, { method: 'mastercard', atc: new Uint8Array(2), un: imk }),
    ],
    [
      'EMV_TREE: height must be an integer from 1 to 16',
      () =>
        sessionKey(imk, {
          method: 'emv2000-tree',
          atc: new Uint8Array(2),
          height: 17,
          branch: 2,
          iv: imk,
        }),
    ],
    [
      'EMV_TREE: branch must be an integer from 2 to 16',
      () =>
        sessionKey(imk, {
          method: 'emv2000-tree',
          atc: new Uint8Array(2),
          height: 8,
          branch: 1,
          iv: imk,
        }),
    ],
    [
      'EMV_TREE: iv must be 16 bytes',
      () =>
        sessionKey(imk, {
          method: 'emv2000-tree',
          atc: new Uint8Array(2),
          height: 8,
          branch: 4,
          iv: new Uint8Array(8),
        }),
    ],
    [
      'EMV_SESSION_METHOD: unknown session key method',
      () => sessionKey(imk, { method: 'x' } as unknown as { method: 'none' }),
    ],
    [
      'EMV_PADDING: padding is none, iso1 or iso2; none under AES',
      () => applicationCryptogram({ key: imk, data: imk, padding: 'iso3' as 'iso2' }),
    ],
    [
      'EMV_ARQC: arqc must be 8 bytes',
      () => arpcMethod1({ key: imk, arqc: imk, arc: new Uint8Array(2) }),
    ],
    [
      'EMV_ARC: arc must be 2 bytes',
      () => arpcMethod1({ key: imk, arqc: new Uint8Array(8), arc: imk }),
    ],
    [
      'EMV_CSU: csu must be 4 bytes',
      () => arpcMethod2({ key: imk, arqc: new Uint8Array(8), csu: imk }),
    ],
    [
      'EMV_PROPRIETARY: proprietaryData must be at most 8 bytes',
      () =>
        arpcMethod2({
          key: imk,
          arqc: new Uint8Array(8),
          csu: new Uint8Array(4),
          proprietaryData: imk,
        }),
    ],
    [
      'EMV_SCRIPT_DATA: data must be at most 255 bytes',
      () => encryptScriptData({ key: imk, data: new Uint8Array(256), encryption: 'visa' }),
    ],
    [
      'EMV_ENCRYPTION: encryption is visa, emv or mastercard',
      () => encryptScriptData({ key: imk, data: imk, encryption: 'amex' as 'visa' }),
    ],
  ])('%s', (code, call) => {
    expect(call).toThrow(inputError(code));
  });
});
