/** Bad input of every public function: a typed error with a stable code, never a wrong answer. */
import { badInputSuite } from '../../crypto/test/bad-input.js';
import * as library from './index.js';

const key = new Uint8Array(16).fill(7);
const eight = new Uint8Array(8);
const two = new Uint8Array(2);
const none = new Uint8Array(0);
const rsa = { modulus: new Uint8Array(64).fill(0xc5), exponent: Uint8Array.of(3) };
const certificate = {
  certificate: new Uint8Array(64),
  remainder: none,
  exponent: Uint8Array.of(3),
  pan: '4000000000000010',
  today: '2601',
};
const answer = new Uint8Array(19);

badInputSuite({
  library,
  calls: [
    ['iccMasterKey', [{ imk: key, pan: '4000000000000010', psn: '00', option: 'A' }], ['option']],
    ['sessionKey none', [key, { method: 'none' }, 'tdes'], ['2']],
    ['sessionKey common', [key, { method: 'common', diversifier: eight }, 'tdes'], ['2']],
    ['sessionKey mastercard', [key, { method: 'mastercard', atc: two, un: new Uint8Array(4) }]],
    ['sessionKey visa', [key, { method: 'visa-sm', atc: two }]],
    [
      'sessionKey tree',
      [key, { method: 'emv2000-tree', atc: two, height: 8, branch: 4, iv: new Uint8Array(16) }],
    ],
    ['sessionDiversifier', [two, 'aes'], ['1']],
    ['applicationCryptogram', [{ key, data: eight, padding: 'iso2', cipher: 'tdes' }], ['cipher']],
    ['verifyArqc', [{ key, data: eight, padding: 'iso2', arqc: eight }]],
    ['arpcMethod1', [{ key, arqc: eight, arc: two, cipher: 'tdes' }], ['cipher']],
    [
      'arpcMethod2',
      [{ key, arqc: eight, csu: new Uint8Array(4), proprietaryData: two, cipher: 'tdes' }],
      ['cipher', 'proprietaryData'],
    ],
    [
      'scriptMac',
      [{ key, commandHeader: new Uint8Array(5), macPrefix: two, commandData: two, cipher: 'aes' }],
      ['cipher', 'commandData'],
    ],
    ['encryptScriptData', [{ key, data: eight, encryption: 'emv', cipher: 'tdes' }], ['cipher']],
    [
      'visaPinChangeBlock',
      [{ masterKeyAc: key, newPin: '1234', currentPin: '4321' }],
      ['currentPin'],
    ],
    ['issuerPublicKey', [rsa, certificate], ['remainder']],
    ['iccPublicKey', [rsa, { ...certificate, staticData: two }], ['remainder']],
    ['verifyStaticData', [rsa, { signedData: new Uint8Array(64), staticData: two }]],
    ['verifyDynamicData', [rsa, { signedData: new Uint8Array(64), terminalData: two }]],
    [
      'verifyCombinedData',
      [
        rsa,
        {
          signedData: new Uint8Array(64),
          unpredictableNumber: new Uint8Array(4),
          cryptogramInformation: 0x80,
          transactionData: two,
        },
      ],
    ],
    ['parseTlv', [Uint8Array.of(0x82, 0x02, 0x10, 0x00)]],
    ['buildTlv', [[{ tag: '82', value: two }]]],
    [
      'capTerminalData',
      ['sign', { challenge: '12', amountMinor: '100' }],
      ['challenge', 'amountMinor', '1'],
    ],
    [
      'capCode',
      [{ answer, ipb: new Uint8Array(19).fill(1), tdsFields: ['12'] }],
      ['tdsFields', 'psn'],
    ],
    ['verifyCapCode', [{ code: '12', lastCounter: 1, window: 2, codeFor: () => '12' }]],
  ],
  leftOut: {},
});
