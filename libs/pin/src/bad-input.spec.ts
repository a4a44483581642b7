/** Bad input of every public function: a typed error with a stable code, never a wrong answer. */
import { AesKey, DesKey, fromHex } from '@pinfold/crypto';
import { badInputSuite } from '../../crypto/test/bad-input.js';
import * as library from './index.js';

const bytes = fromHex('0123456789ABCDEFFEDCBA9876543210');
const key = DesKey.of(bytes);
const aes = AesKey.of(bytes);
const pan = '4000000000000010';
const pin = '9275';
const ksn = fromHex('FFFF9876543210E00001');
const ikid = fromHex('1234567890123456');
const aesKsn = fromHex('123456789012345600000001');
const random = (length: number) => new Uint8Array(length);
const table = '0123456789012345';
const validationData = '1122334455667788';
const ibm = { pvk: key, decimalisationTable: table, validationData };
const card = { cvk: key, pan, expiry: '2912', serviceCode: '201' };
const WORDS = 'hot path on integers and words, behind functions that check';
const INSIDE = 'part of the others, whose input it gets checked';

badInputSuite({
  library,
  calls: [
    ['cvv', [card]],
    ['cvv2', [{ cvk: key, pan, expiry: '2912' }]],
    ['icvv', [{ cvk: key, pan, expiry: '2912' }]],
    ['dcvv', [{ ...card, atc: '0001' }]],
    ['cavv', [{ cvk: key, pan, trackingNumber: '1234', resultCode: '0', secondFactorCode: '00' }]],
    ['amexCsc', [{ csck: key, pan, expiry: '2912' }]],
    [
      'cvc3',
      [{ key, track: bytes, atc: bytes.slice(0, 2), un: bytes.slice(0, 4), digits: 3 }],
      ['digits'],
    ],
    ['requirePin', [pin]],
    ['requirePan', [pan]],
    ['decimalisationTable', [table]],
    ['decimalise', ['0123456789ABCDEF', table]],
    ['aesInitialKey', [{ bdk: bytes, ikid }]],
    ['aesTransactionKey', [{ bdk: bytes, ksn: aesKsn }]],
    ['aesWorkingKey', [{ derivationKey: bytes, ksn: aesKsn, usage: 'pin', keyType: 'aes128' }]],
    ['aesCounter', [aesKsn]],
    ['aesKsn', [{ ikid, counter: 1 }]],
    ['tdesInitialKey', [{ bdk: bytes, ksn }]],
    ['tdesTransactionKey', [{ bdk: bytes, ksn }]],
    ['tdesSessionKey', [bytes, 'pin']],
    ['tdesCounter', [ksn]],
    ['formatOfCode', ['01']],
    ['naturalPin', [{ ...ibm, length: 4 }]],
    ['offsetOfPin', [{ ...ibm, pin }]],
    ['pinOfOffset', [{ ...ibm, offset: '1234' }]],
    ['verifyIbm3624', [{ ...ibm, offset: '1234', pin }]],
    ['encodePinBlock', [{ format: 'iso0', pin, pan }]],
    ['decodePinBlock', [{ format: 'iso0', block: bytes.slice(0, 8), pan }]],
    ['encryptPinBlock', [{ format: 'iso0', key, pin, pan }]],
    ['encryptPinBlock of format 4', [{ format: 'iso4', key: aes, pin, pan, random }]],
    ['decryptPinBlock', [{ format: 'iso0', key, block: bytes.slice(0, 8), pan }]],
    ['pvv', [{ pvk: key, pvki: '1', pan, pin }]],
    ['verifyPvv', [{ pvk: key, pvki: '1', pan, pin, pvv: '1234' }]],
    ['isWeakPin', [pin]],
    ['sealStoredPin', [{ key, pin, pan, random }], ['random']],
    ['openStoredPin', [{ key, stored: bytes.slice(0, 8), pan }]],
    ['verifyStoredPin', [{ key, stored: bytes.slice(0, 8), pan, pin }]],
    ['validationDataOf', [{ template: '12345N67890A', account: '123456789012' }]],
    ['validationDataOfPan', [{ pan, start: 0, length: 10, pad: 'F' }]],
  ],
  leftOut: {
    AesDukptTerminal: 'a class, see dukpt.spec.ts',
    DukptRegister: 'a class, see dukpt.spec.ts',
    TdesDukptTerminal: 'a class, see dukpt.spec.ts',
    accountHi: WORDS,
    accountLo: WORDS,
    bytesOfWords: WORDS,
    convertFieldHi: WORDS,
    convertFieldLo: WORDS,
    decimaliseWord: WORDS,
    decryptIso4: INSIDE,
    encryptIso4: INSIDE,
    encryptIso4PinField: INSIDE,
    equalWords: WORDS,
    cardCodeBlocks: INSIDE,
    cardCodeDigits: INSIDE,
    firstFourDigits: WORDS,
    isAcceptablePin: INSIDE,
    isDigits: INSIDE,
    isStrengthKept: INSIDE,
    isUsableCounter: INSIDE,
    iso0PinLength: WORDS,
    iso3PinLength: WORDS,
    iso4PanField: INSIDE,
    iso4PinField: INSIDE,
    iso4PinFieldOf: INSIDE,
    keyOfCounter: INSIDE,
    leftJustified: INSIDE,
    mayTranslate: INSIDE,
    nibbleAt: WORDS,
    nibblesText: WORDS,
    nonDigits: WORDS,
    nonFill: WORDS,
    onesIn: WORDS,
    packDigits: WORDS,
    pinFieldLength: WORDS,
    pinFieldLengthUnchecked: WORDS,
    pinHi: WORDS,
    pinLo: WORDS,
    pinOfIso4PinField: INSIDE,
    pvvOfWords: WORDS,
    pvvParameterHi: WORDS,
    pvvParameterLo: WORDS,
    requireDesKey: INSIDE,
    requireDigits: INSIDE,
    requireHexDigits: INSIDE,
    translationRule: INSIDE,
    verifyIbm3624Words: WORDS,
    visaDecimaliseWords: WORDS,
    weaknessOf: INSIDE,
    wordAt: WORDS,
  },
});
