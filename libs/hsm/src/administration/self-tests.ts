/**
 * Self-tests: known answers for every algorithm in use (the vectors' sources are named), the same
 * work done twice and compared, the health of the random source, and the integrity of the program's
 * own files, which the host measures. Run at start, on demand and periodically; one failure puts the
 * device in its error state.
 */
import { generateKeyPairSync } from 'node:crypto';
import {
  AesKey,
  cmac,
  DesKey,
  encryptEcb,
  failedStatisticalTests,
  fromHex,
  hmac,
  isHealthy,
  iso9797Mac,
  type RandomBytes,
  STATISTICAL_BYTES,
  STATISTICAL_TESTS,
  type StatisticalTest,
  toHex,
} from '@pinfold/crypto';
import { unwrapKeyBlock, wrapKeyBlock } from '@pinfold/keyblock';
import { decryptPinBlock, encryptPinBlock, naturalPin, pvv } from '@pinfold/pin';
import { isConsistentPair } from '../keys/pairwise.js';

export interface SelfTestPorts {
  readonly random: RandomBytes;
  /** Whether the program's files are those that a trusted signer built. */
  readonly program: () => boolean;
}

export interface SelfTest {
  readonly id: string;
  readonly source: string;
  /** Slow tests run on demand and once a period, not at every start. */
  readonly onDemandOnly?: boolean;
  passes(ports: SelfTestPorts): boolean;
}

const TDES_KEY = fromHex('0123456789ABCDEFFEDCBA9876543210');
const AES_KEY = fromHex('2B7E151628AED2A6ABF7158809CF4F3C');
const AES_BLOCK = fromHex('6BC1BEE22E409F96E93D7E117393172A');

export const SELF_TESTS: readonly SelfTest[] = [
  known(
    'tdes-encrypt',
    'NIST SP 800-67; OpenSSL',
    () => toHex(encryptEcb(DesKey.of(TDES_KEY), new Uint8Array(8))),
    '08D7B4FB629D0885',
  ),
  known(
    'aes-encrypt',
    'NIST SP 800-38A, F.1.1',
    () => toHex(encryptEcb(AesKey.of(AES_KEY), AES_BLOCK)),
    '3AD77BB40D7A3660A89ECAF32466EF97',
  ),
  known(
    'aes-cmac',
    'NIST SP 800-38B, D.1',
    () => toHex(cmac(AesKey.of(AES_KEY), AES_BLOCK)),
    '070A16B46B4D4144F79BDD9DD04A287C',
  ),
  known(
    'hmac-sha256',
    'RFC 4231, case 2',
    () =>
      toHex(
        hmac(
          'sha256',
          Uint8Array.from(Buffer.from('Jefe')),
          Uint8Array.from(Buffer.from('what do ya want for nothing?')),
        ),
      ),
    '5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843',
  ),
  known(
    'visa-pvv',
    'psec tests',
    () => pvv({ pvk: DesKey.of(TDES_KEY), pvki: '1', pan: '1122334455667788', pin: '4524' }),
    '8523',
  ),
  known(
    'ibm-3624',
    'psec tests',
    () =>
      naturalPin({
        pvk: DesKey.of(TDES_KEY),
        decimalisationTable: '1234567890123456',
        validationData: '1122334455667788',
        length: 4,
      }),
    '4524',
  ),
  {
    id: 'pin-block',
    source: 'round trip of ISO 9564-1 format 0',
    passes: () => {
      const parts = { format: 'iso0', key: DesKey.of(TDES_KEY), pan: '4000000000000010' } as const;
      const read = decryptPinBlock({ ...parts, block: encryptPinBlock({ ...parts, pin: '1234' }) });
      return read.ok && read.value === '1234';
    },
  },
  {
    id: 'key-block',
    source: 'round trip of ANSI X9.143 version D',
    passes: ({ random }) => {
      const kbpk = Uint8Array.from(random(32));
      const header = { version: 'D', usage: 'P0', algorithm: 'T', modeOfUse: 'B' } as const;
      const opened = unwrapKeyBlock({
        kbpk,
        block: wrapKeyBlock({ kbpk, header, key: TDES_KEY, random }),
      });
      return opened.ok && toHex(opened.value.key) === toHex(TDES_KEY);
    },
  },
  {
    id: 'encrypt-twice',
    source: 'the same work twice gives the same answer',
    passes: ({ random }) => {
      const data = Uint8Array.from(random(64));
      const macs = [0, 1].map(() => {
        const key = DesKey.of(TDES_KEY);
        return toHex(iso9797Mac({ algorithm: 3, padding: 1, key, data }));
      });
      return macs[0] === macs[1];
    },
  },
  {
    id: 'random-health',
    source: 'NIST SP 800-90B, 4.4: repetition count, adaptive proportion',
    passes: ({ random }) => isHealthy(Uint8Array.from(random(2048))),
  },
  ...STATISTICAL_TESTS.map(statistical),
  {
    id: 'rsa-pairwise',
    source: 'FIPS 140-3, pairwise consistency',
    onDemandOnly: true,
    passes: () => isConsistentPair(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
  },
  {
    id: 'file-integrity',
    source: "FIPS 140-3, 7.10.2: the program's own files against the manifest signed at build",
    passes: ({ program }) => program(),
  },
];

function known(id: string, source: string, answer: () => string, expected: string): SelfTest {
  return { id, source, passes: () => answer() === expected };
}

/** 20,000 bits. A good generator fails one sequence in ten thousand: a second chance. */
function statistical(name: StatisticalTest): SelfTest {
  return {
    id: `random-${name}`,
    source: 'FIPS 140-2, 4.9.1 (20,000 bits)',
    onDemandOnly: true,
    passes: ({ random }) =>
      [0, 1].some(() => {
        const sample = Uint8Array.from(random(STATISTICAL_BYTES));
        return !failedStatisticalTests(sample).includes(name);
      }),
  };
}

export interface SelfTestResult {
  readonly id: string;
  readonly passed: boolean;
}

/** Runs what is due; a test that throws has failed. */
export function runSelfTests(
  ports: SelfTestPorts,
  options: { onDemand: boolean; broken?: readonly string[] },
): SelfTestResult[] {
  const due = SELF_TESTS.filter((test) => options.onDemand || test.onDemandOnly !== true);
  return due.map((test) => ({
    id: test.id,
    passed: !options.broken?.includes(test.id) && passes(test, ports),
  }));
}

function passes(test: SelfTest, ports: SelfTestPorts): boolean {
  try {
    return test.passes(ports);
  } catch {
    return false;
  }
}
