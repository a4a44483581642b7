/**
 * Self-tests: known answers for every algorithm in use (`known-answers.ts`), the same
 * work done twice and compared, the health of the random source, and the integrity of the program's
 * own files, which the host measures. Run at start, on demand and periodically; one failure puts the
 * device in its error state.
 */
import { generateKeyPairSync } from 'node:crypto';
import {
  DesKey,
  failedStatisticalTests,
  isHealthy,
  iso9797Mac,
  type RandomBytes,
  STATISTICAL_BYTES,
  STATISTICAL_TESTS,
  type StatisticalTest,
  toHex,
} from '@pinfold/crypto';
import { unwrapKeyBlock, wrapKeyBlock } from '@pinfold/keyblock';
import { decryptPinBlock, encryptPinBlock } from '@pinfold/pin';
import { isConsistentPair } from '../keys/pairwise.js';
import { KNOWN_ANSWERS, TDES_KEY } from './known-answers.js';

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

export const SELF_TESTS: readonly SelfTest[] = [
  ...KNOWN_ANSWERS.map(({ id, source, answer, expected }) => ({
    id,
    source,
    passes: () => answer() === expected,
  })),
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
