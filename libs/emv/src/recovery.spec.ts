/**
 * Message recovery and what stands on it, bit by bit. A public exponent of 1 makes the signature the
 * message itself, so that any block at all can be shown to the functions without a private key.
 */
import { createHash } from 'node:crypto';
import { concatBytes, fromHex, toHex } from '@pinfold/crypto';
import {
  iccPublicKey,
  issuerPublicKey,
  verifyCombinedData,
  verifyDynamicData,
  verifyStaticData,
} from './data-authentication.js';
import { recover } from './recovery.js';

const keyOf = (length: number) => ({
  modulus: new Uint8Array(length).fill(0xff),
  exponent: Uint8Array.of(1),
});
const none: Uint8Array = new Uint8Array();
const sha1 = (...parts: Uint8Array[]): Uint8Array =>
  createHash('sha1')
    .update(concatBytes(...parts))
    .digest();

/** The block 6A, data filled with BB, SHA-1 of data and further data, BC. */
function block(length: number, data: Uint8Array, further: Uint8Array = none): Uint8Array {
  const filled = concatBytes(data, new Uint8Array(length - 22 - data.length).fill(0xbb));
  return concatBytes(Uint8Array.of(0x6a), filled, sha1(filled, further), Uint8Array.of(0xbc));
}

describe('recovery', () => {
  it.each([64, 65, 128, 255, 256])('takes a modulus of %i bytes', (length) => {
    const data = recover(keyOf(length), block(length, fromHex('0102')), none);
    expect(data && toHex(data)).toBe(`0102${'BB'.repeat(length - 24)}`);
  });

  it.each([32, 63, 257, 512])('takes no modulus of %i bytes', (length) =>
    expect(recover(keyOf(length), block(length, fromHex('0102')), none)).toBeUndefined(),
  );

  it.each([
    ['header', 0],
    ['data', 5],
    ['hash', 63 - 20],
    ['last byte of the hash', 62],
    ['trailer', 63],
  ])('sees one bit in the %s', (_, at) => {
    const bad = block(64, fromHex('0102'));
    bad[at]! ^= 1;
    expect(recover(keyOf(64), bad, none)).toBeUndefined();
  });

  it('takes a signature as long as the modulus, below it, over the same further data', () => {
    const good = block(64, fromHex('0102'), fromHex('AA'));
    expect(recover(keyOf(64), good, fromHex('AA'))).toBeDefined();
    expect(recover(keyOf(64), good, fromHex('AB'))).toBeUndefined();
    expect(recover(keyOf(65), good, fromHex('AA'))).toBeUndefined();
    expect(recover(keyOf(64), new Uint8Array(64).fill(0xff), none)).toBeUndefined();
    expect(recover({ ...keyOf(64), exponent: none }, good, fromHex('AA'))).toBeUndefined();
  });
});

describe('certificates', () => {
  const pan = '4000000000000010';
  const exponent = Uint8Array.of(3);
  const staticData = fromHex('5A08');
  const refused = (detail: string) => ({
    ok: false,
    code: 'EMV_DATA_AUTHENTICATION_FAILED',
    detail,
  });
  const TABLES = {
    // Tables 6 and 14 of Book 2: identifier, expiry MMYY, serial number, four bytes, then the key.
    issuer: { format: '02', number: '400000FF', fixed: 14 },
    icc: { format: '04', number: `${pan}FFFF`, fixed: 20 },
  };

  interface Change {
    format?: string;
    number?: string;
    expiry?: string;
    facts?: string;
    digits?: number;
    remainder?: number;
    today?: string;
    pad?: string;
  }

  function read(kind: keyof typeof TABLES, change: Change = {}) {
    const table = TABLES[kind];
    const length = 128;
    const room = length - 22 - table.fixed;
    const {
      format = table.format,
      number = table.number,
      expiry = '1230',
      digits = room,
      remainder = 10,
      today = '2611',
      pad = '',
    } = change;
    const facts = change.facts ?? `0101${(digits + remainder).toString(16).padStart(2, '0')}01`;
    const modulus = new Uint8Array(digits).fill(0x77);
    const rest = new Uint8Array(remainder).fill(0x66);
    const data = concatBytes(
      fromHex(`${format}${number}${expiry}000001${facts}`),
      modulus,
      fromHex(pad),
    );
    const further = kind === 'issuer' ? [rest, exponent] : [rest, exponent, staticData];
    const input = {
      certificate: block(length, data, concatBytes(...further)),
      remainder: remainder === 0 ? undefined : rest,
      exponent,
      pan,
      today,
    };
    const answer =
      kind === 'issuer'
        ? issuerPublicKey(keyOf(length), input)
        : iccPublicKey(keyOf(length), { ...input, staticData });
    return answer.ok ? toHex(answer.value.modulus) : answer;
  }
  const key = (digits: number, remainder: number) => '77'.repeat(digits) + '66'.repeat(remainder);

  describe.each(['issuer', 'icc'] as const)('%s', (kind) => {
    const room = 128 - 22 - TABLES[kind].fixed;
    const name = kind === 'issuer' ? 'issuer' : 'ICC';

    it('gives the key: with a remainder, without, and shorter than the room', () => {
      expect(read(kind)).toBe(key(room, 10));
      expect(read(kind, { remainder: 0 })).toBe(key(room, 0));
      expect(read(kind, { digits: room - 1, remainder: 0 })).toBe(key(room - 1, 0));
      expect(read(kind, { digits: room - 2, remainder: 0, pad: 'BB' })).toBe(key(room - 2, 0));
    });

    it('is good to the end of its month', () => {
      expect(read(kind, { today: '3012' })).toBe(key(room, 10));
      expect(read(kind, { today: '3101' })).toEqual(refused(`${name} certificate expired`));
      expect(read(kind, { expiry: '0131', today: '3012' })).toBe(key(room, 10));
      expect(read(kind, { expiry: '1129', today: '3001' })).toEqual(
        refused(`${name} certificate expired`),
      );
    });

    it.each<[string, Change]>([
      [`${name} certificate`, { format: '01' }],
      ['algorithm', { facts: '02015C01' }],
      ['algorithm', { facts: '01025C01' }],
      ['exponent length', { facts: '01015C03' }],
      ['modulus length', { facts: '01010101', remainder: 0, digits: 2 }],
      ['modulus length', { facts: '0101FF01' }],
      ['pad', { digits: room - 2, remainder: 0, pad: 'BA' }],
    ])('%s', (detail, change) => {
      // The digits after a short modulus are padding, and these are none.
      const wanted = change.facts === '01010101' ? 'pad' : detail;
      expect(read(kind, change)).toEqual(refused(wanted));
    });

    it('refuses what the key did not sign', () => {
      const certificate = new Uint8Array(128);
      const input = { certificate, exponent, pan, today: '2611', staticData };
      const read = kind === 'issuer' ? issuerPublicKey : iccPublicKey;
      expect(read(keyOf(128), input)).toEqual(refused(`${name} certificate`));
    });
  });

  it('name an issuer by the first 3 to 8 digits of its accounts', () => {
    expect(read('issuer', { number: '400FFFFF' })).toBe(key(92, 10));
    expect(read('issuer', { number: '40000000' })).toBe(key(92, 10));
    for (const number of ['500000FF', '4F000000', 'F400000F', '40FFFFFF', 'FFFFFFFF']) {
      expect(read('issuer', { number })).toEqual(refused('issuer identifier'));
    }
  });

  it('name a card by its whole account number', () => {
    for (const number of ['4000000000000028FFFF', 'FFFF4000000000000010', '400000000000001FFFFF']) {
      expect(read('icc', { number })).toEqual(refused('account number'));
    }
  });
});

describe('signatures', () => {
  const key = keyOf(128);
  const un = fromHex('01020304');
  const refused = (detail: string) => ({
    ok: false,
    code: 'EMV_DATA_AUTHENTICATION_FAILED',
    detail,
  });
  const unsigned = new Uint8Array(128);
  const staticOf = (data: string) =>
    verifyStaticData(key, { signedData: block(128, fromHex(data), un), staticData: un });
  const dynamicOf = (data: string) =>
    verifyDynamicData(key, { signedData: block(128, fromHex(data), un), terminalData: un });
  const hash = toHex(sha1(un));
  const combinedOf = (data: string) =>
    verifyCombinedData(key, {
      signedData: block(128, fromHex(data), un),
      unpredictableNumber: un,
      cryptogramInformation: 0x80,
      transactionData: un,
    });

  it('of static data: format 3, SHA-1, and two bytes that they give', () => {
    const read = staticOf('0301DAC1');
    expect(read.ok && toHex(read.value.dataAuthenticationCode)).toBe('DAC1');
    for (const data of ['0501DAC1', '0302DAC1', '0502DAC1']) {
      expect(staticOf(data)).toEqual(refused('signed static data'));
    }
    expect(verifyStaticData(key, { signedData: unsigned, staticData: un })).toEqual(
      refused('signed static data'),
    );
  });

  it('of dynamic data: format 5, SHA-1, a number of two to eight bytes', () => {
    const number = (data: string) => {
      const read = dynamicOf(data);
      return read.ok ? toHex(read.value.dynamicNumber) : read;
    };
    expect(number('050103021234')).toBe('1234');
    expect(number('05010908123456789ABCDEF0')).toBe('123456789ABCDEF0');
    expect(number('05010A08123456789ABCDEF0')).toBe('123456789ABCDEF0');
    expect(number('05010A09123456789ABCDEF012')).toEqual(refused('dynamic number'));
    expect(number('0501020112')).toEqual(refused('dynamic number'));
    expect(number('05010203123456')).toEqual(refused('dynamic number'));
    expect(number('050100')).toEqual(refused('dynamic number'));
    for (const data of ['030103021234', '050203021234', '030203021234']) {
      expect(number(data)).toEqual(refused('signed dynamic data'));
    }
    expect(verifyDynamicData(key, { signedData: unsigned, terminalData: un })).toEqual(
      refused('signed dynamic data'),
    );
  });

  it('of dynamic data: as long as the block holds, and no longer', () => {
    // 128 bytes less header, hash, trailer, and three bytes before the dynamic data.
    const room = 128 - 22 - 3;
    const length = (bytes: number) => bytes.toString(16).padStart(2, '0');
    const read = dynamicOf(`0501${length(room)}021234`);
    expect(read.ok && read.value.dynamicData).toHaveLength(room);
    expect(dynamicOf(`0501${length(room + 1)}021234`)).toEqual(refused('signed dynamic data'));
  });

  it('of transactions: number, information, cryptogram, hash', () => {
    const cryptogram = '19C1FBC83EBDC0D5';
    const data = (body: string) => `0501${(body.length / 2).toString(16).padStart(2, '0')}${body}`;
    const read = combinedOf(data(`02123480${cryptogram}${hash}`));
    expect(read.ok && [read.value.cryptogram, read.value.dynamicNumber].map(toHex)).toEqual([
      cryptogram,
      '1234',
    ]);
    expect(combinedOf(data(`02123440${cryptogram}${hash}`))).toEqual(
      refused('cryptogram information data'),
    );
    expect(combinedOf(data(`02123480${cryptogram}${hash.slice(2)}`))).toEqual(
      refused('cryptogram information data'),
    );
    expect(combinedOf(data(`02123480${cryptogram}${hash.slice(2)}00`))).toEqual(
      refused('transaction data hash'),
    );
    expect(combinedOf(data(`011280${cryptogram}${hash}`))).toEqual(refused('signed data'));
    expect(combinedOf('03010102')).toEqual(refused('signed data'));
  });
});
