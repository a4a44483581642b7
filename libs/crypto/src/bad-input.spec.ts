/** Every public function that takes bytes, given what is none; and errors that keep secrets. */

import { runInNewContext } from 'node:vm';
import { codeOf } from '../test/oracle.js';
import * as library from './index.js';
import {
  AesKey,
  DesKey,
  fromHex,
  InputError,
  isBytes,
  requireInteger,
  requireLength,
  requireOneOf,
  toHex,
} from './index.js';

const bytes = new Uint8Array(16);
const des = DesKey.of(bytes);
const aes = AesKey.of(bytes);
const NOT_BYTES = [undefined, null, 0, 'text', [1, 2], {}, new Int32Array(4), new ArrayBuffer(16)];

const CALLS: Record<string, (wrong: never) => unknown> = {
  'AesKey.of': (wrong) => AesKey.of(wrong),
  'DesKey.of': (wrong) => DesKey.of(wrong),
  'HmacKey.of': (wrong) => library.HmacKey.of(wrong),
  adjustOddParity: (wrong) => library.adjustOddParity(wrong),
  aesDecryptBlock: (wrong) => library.aesDecryptBlock(aes, wrong),
  aesEncryptBlock: (wrong) => library.aesEncryptBlock(aes, wrong),
  checkValue: (wrong) => library.checkValue(wrong, { cipher: 'des', method: 'zeros' }),
  cmac: (wrong) => library.cmac(aes, wrong),
  combineComponents: (wrong) => library.combineComponents([wrong, bytes]),
  'combineComponents, second': (wrong) => library.combineComponents([bytes, wrong]),
  concatBytes: (wrong) => library.concatBytes(bytes, wrong),
  ctr: (wrong) => library.ctr(aes, bytes, wrong),
  'ctr, iv': (wrong) => library.ctr(aes, wrong, bytes),
  decryptCbc: (wrong) => library.decryptCbc(aes, bytes, wrong),
  decryptEcb: (wrong) => library.decryptEcb(des, wrong),
  encryptCbc: (wrong) => library.encryptCbc(aes, bytes, wrong),
  'encryptCbc, iv': (wrong) => library.encryptCbc(aes, wrong, bytes),
  encryptEcb: (wrong) => library.encryptEcb(des, wrong),
  equalConstantTime: (wrong) => library.equalConstantTime(bytes, wrong),
  'equalConstantTime, first': (wrong) => library.equalConstantTime(wrong, bytes),
  failedStatisticalTests: (wrong) => library.failedStatisticalTests(wrong),
  hasEqualHalves: (wrong) => library.hasEqualHalves(wrong),
  hasOddParity: (wrong) => library.hasOddParity(wrong),
  hmac: (wrong) => library.hmac('sha256', bytes, wrong),
  isHealthy: (wrong) => library.isHealthy(wrong),
  isWeakDesKey: (wrong) => library.isWeakDesKey(wrong),
  iso9797Mac: (data) => library.iso9797Mac({ algorithm: 3, padding: 1, key: bytes, data }),
  iso9797Pad: (wrong) => library.iso9797Pad(wrong, 1),
  splitComponents: (wrong) => library.splitComponents(wrong, 2, () => bytes),
  toHex: (wrong) => toHex(wrong),
  wipe: (wrong) => library.wipe(wrong),
  xorBytes: (wrong) => library.xorBytes(wrong, bytes),
};

describe.each(Object.keys(CALLS))('%s', (name) => {
  it.each(NOT_BYTES.map((value) => [String(value), value]))('refuses %s', (_, value) => {
    if (name === 'wipe' && value instanceof Int32Array) return;
    expect(codeOf(() => CALLS[name]!(value as never))).toBe('BYTES_EXPECTED');
  });
});

it('bytes of another realm are bytes', () => {
  const foreign: unknown = runInNewContext('Uint8Array.of(1, 2)');
  expect(foreign instanceof Uint8Array).toBe(false);
  expect(isBytes(foreign)).toBe(true);
  expect(isBytes(runInNewContext('new Int8Array(2)'))).toBe(false);
});

it('an error names what is allowed, and never the value', () => {
  const secret = fromHex('0123456789ABCDEF01');
  const messages = [
    () => DesKey.of(secret),
    () => fromHex('0123456789ABCDEF0'),
    () => requireLength(secret, { name: 'key', code: 'X', allowed: [8] }),
    () => requireInteger(123456789, { name: 'n', code: 'X', min: 1, max: 2 }),
    () => requireOneOf('123456789', { name: 'n', code: 'X', allowed: ['a', 'b'] }),
  ].map((run) => {
    try {
      run();
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      return String(error);
    }
    throw new Error('nothing thrown');
  });
  for (const message of messages) expect(message).not.toMatch(/123|1,35/);
  expect(messages[0]).toBe('InputError: DES key must be 8 or 16 or 24 bytes long');
});
