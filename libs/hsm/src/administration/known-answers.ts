/**
 * Known answers of the device's algorithms, each from a published source: one table. They run at every
 * start, so each takes well under a millisecond.
 */
import { createCipheriv, createHash, createPrivateKey, scryptSync, sign } from 'node:crypto';
import {
  AesKey,
  cmac,
  DesKey,
  encryptEcb,
  encryptMany,
  fromHex,
  hmac,
  iso9797Mac,
  toHex,
} from '@pinfold/crypto';
import { iccMasterKey } from '@pinfold/emv';
import { aesInitialKey, cvv, naturalPin, pvv, tdesInitialKey } from '@pinfold/pin';

export interface KnownAnswer {
  readonly id: string;
  readonly source: string;
  readonly answer: () => string;
  readonly expected: string;
}

export const TDES_KEY = fromHex('0123456789ABCDEFFEDCBA9876543210');
const AES_KEY = fromHex('2B7E151628AED2A6ABF7158809CF4F3C');
const AES_BLOCK = fromHex('6BC1BEE22E409F96E93D7E117393172A');
/** Enough for the bit-sliced engine. */
const BATCH = 128;

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

export const KNOWN_ANSWERS: readonly KnownAnswer[] = [
  {
    id: 'tdes-encrypt',
    source: 'NIST SP 800-67; OpenSSL',
    answer: () => toHex(encryptEcb(DesKey.of(TDES_KEY), new Uint8Array(8))),
    expected: '08D7B4FB629D0885',
  },
  {
    id: 'tdes-batch',
    source: 'NIST SP 800-67; OpenSSL (the bit-sliced engine, every place of a batch)',
    answer: () => {
      const blocks = new Int32Array(2 * BATCH);
      encryptMany(Array<DesKey>(BATCH).fill(DesKey.of(TDES_KEY)), blocks);
      const same = blocks.every((word, i) => word === blocks[i & 1]);
      return same ? toHex(bytesOf(blocks[0]!, blocks[1]!)) : 'places differ';
    },
    expected: '08D7B4FB629D0885',
  },
  {
    id: 'aes-encrypt',
    source: 'NIST SP 800-38A, F.1.1',
    answer: () => toHex(encryptEcb(AesKey.of(AES_KEY), AES_BLOCK)),
    expected: '3AD77BB40D7A3660A89ECAF32466EF97',
  },
  {
    id: 'aes-gcm',
    source: 'McGrew, Viega, GCM, test case 2 (the sealed state)',
    answer: () => {
      const cipher = createCipheriv('aes-128-gcm', new Uint8Array(16), new Uint8Array(12));
      const sealed = Buffer.concat([cipher.update(new Uint8Array(16)), cipher.final()]);
      return toHex(Buffer.concat([sealed, cipher.getAuthTag()]));
    },
    expected: '0388DACE60B6A392F328C2B971B2FE78AB6E47D42CEC13BDF53A67B21257BDDF',
  },
  {
    id: 'aes-cmac',
    source: 'NIST SP 800-38B, D.1',
    answer: () => toHex(cmac(AesKey.of(AES_KEY), AES_BLOCK)),
    expected: '070A16B46B4D4144F79BDD9DD04A287C',
  },
  {
    id: 'retail-mac',
    source: 'psec tests (ISO/IEC 9797-1 algorithm 3)',
    answer: () => {
      const key = DesKey.of(fromHex('41414141414141414242424242424242'));
      return toHex(iso9797Mac({ algorithm: 3, padding: 1, key, data: text('hello world') }));
    },
    expected: '3DDE5C5511661CBF',
  },
  {
    id: 'hmac-sha256',
    source: 'RFC 4231, case 2',
    answer: () => toHex(hmac('sha256', text('Jefe'), text('what do ya want for nothing?'))),
    expected: '5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843',
  },
  {
    id: 'sha-256',
    source: 'FIPS 180-4, example of one block (the audit chain)',
    answer: () => createHash('sha256').update('abc').digest('hex').toUpperCase(),
    expected: 'BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD',
  },
  {
    id: 'ed25519',
    source: 'RFC 8032, 7.1, test 1 (checkpoints)',
    answer: () => {
      const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
      const der = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex');
      const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
      return toHex(sign(null, new Uint8Array(0), key));
    },
    expected:
      'E5564300C360AC729086E2CC806E828A84877F1EB8E5D974D873E065224901555FB8821590A33BACC61E39701CF9B46BD25BF5F0595BBE24655141438E7A100B',
  },
  {
    id: 'scrypt',
    source: 'RFC 7914, 12 (passphrases)',
    answer: () => toHex(scryptSync('', '', 64, { N: 16, r: 1, p: 1 })),
    expected:
      '77D6576238657B203B19CA42C18A0497F16B4844E3074AE8DFDFFA3FEDE21442FCD0069DED0948F8326A753A0FC81F17E8D3E0FB2E0D3628CF35E20C38D18906',
  },
  {
    id: 'visa-pvv',
    source: 'psec tests',
    answer: () =>
      pvv({ pvk: DesKey.of(TDES_KEY), pvki: '1', pan: '1122334455667788', pin: '4524' }),
    expected: '8523',
  },
  {
    id: 'ibm-3624',
    source: 'psec tests',
    answer: () =>
      naturalPin({
        pvk: DesKey.of(TDES_KEY),
        decimalisationTable: '1234567890123456',
        validationData: '1122334455667788',
        length: 4,
      }),
    expected: '4524',
  },
  {
    id: 'cvv',
    source: 'psec tests',
    answer: () =>
      cvv({
        cvk: DesKey.of(fromHex('99999999999999998888888888888888')),
        pan: '2222222222222222',
        expiry: '3333',
        serviceCode: '111',
      }),
    expected: '361',
  },
  {
    id: 'tdes-dukpt',
    source: 'ANSI X9.24-1, annex A',
    answer: () => toHex(tdesInitialKey({ bdk: TDES_KEY, ksn: fromHex('FFFF9876543210E00000') })),
    expected: '6AC292FAA1315B4D858AB3A3D7D5933A',
  },
  {
    id: 'aes-dukpt',
    source: 'ANSI X9.24-3, annex B',
    answer: () =>
      toHex(
        aesInitialKey({
          bdk: fromHex('FEDCBA9876543210F1F1F1F1F1F1F1F1'),
          ikid: fromHex('1234567890123456'),
        }),
      ),
    expected: '1273671EA26AC29AFA4D1084127652A1',
  },
  {
    id: 'emv-master-key',
    source: 'EMV 4.3 Book 2, A1.4.1; check value of a published case',
    answer: () => {
      const own = iccMasterKey({ imk: TDES_KEY, pan: '12345678901234567', psn: '45' });
      return toHex(encryptEcb(DesKey.of(own), new Uint8Array(8))).slice(0, 4);
    },
    expected: 'FF08',
  },
];

function bytesOf(hi: number, lo: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, hi);
  view.setInt32(4, lo);
  return bytes;
}
