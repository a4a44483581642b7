/** Runs what the HSM benchmark measures, small: every operation does what it says. */
import { randomBytes } from 'node:crypto';
import * as crypto from '../libs/crypto/src/index.js';
import * as hsm from '../libs/hsm/src/index.js';
import * as pin from '../libs/pin/src/index.js';

interface Operations {
  COMMANDS: Record<string, number>;
  prepare(libraries: object, options: object): object;
  oneByOne(fixture: object, command: string, users?: number): () => void;
  batches(fixture: object, command: string, size: number): () => void;
  plainRead(fixture: object, command: string): () => number;
  answersOf(fixture: object): { name: string; run(): { ok: boolean; code?: string } }[];
  nodeToday(blocks: number): () => void;
}

// A plain module without types: the benchmark runs it without a compiler.
const path = './hsm-operations.mjs';
const operations = (await import(path)) as Operations;
const random = (length: number) => Uint8Array.from(randomBytes(length));

interface Timing {
  groups(libraries: object, options: object): Record<string, [string, () => { code?: string }][]>;
  measureGroups(all: object, rounds: number): { rows: { median: number; d: number }[] }[];
  welch(a: readonly number[], b: readonly number[]): number;
  kolmogorov(a: readonly number[], b: readonly number[]): number;
}
const timingPath = './hsm-timing.mjs';
const timing = (await import(timingPath)) as Timing;

describe('the times of refusals', () => {
  const all = timing.groups({ hsm, crypto, pin }, { random });

  it.each([
    ['VerifyPin: a PIN or PIN block that is not right', ['PIN_WRONG', 'PIN_BLOCK_INVALID']],
    ['TranslatePinBlock: a bad PIN block', ['PIN_BLOCK_INVALID']],
    ['VerifyPin: a forged token', ['TOKEN_INVALID']],
    ['VerifyPin: a token for another place', ['TOKEN_INVALID']],
    ['VerifyPin: a record that is not right', ['RECORD_INVALID']],
  ])('%s has one answer for every reason', (group, codes) => {
    expect(all[group]!.length).toBeGreaterThan(1);
    for (const [reason, run] of all[group]!) {
      // Nonsense may decipher to a PIN field, one time in thirty; so may a guess to the PIN.
      const { code } = run();
      expect([reason, codes.includes(code ?? 'ok') || code]).toEqual([reason, true]);
    }
  });

  it('are told by their medians and distances', () => {
    const rows = timing.measureGroups(all, 40).flatMap((group) => group.rows);
    expect(rows.every(({ median, d }) => median > 0 && d >= 0 && d <= 1)).toBe(true);
    expect(timing.kolmogorov([1, 2, 3], [1, 2, 3])).toBe(0);
    expect(timing.kolmogorov([1, 2], [3, 4])).toBe(1);
    expect(timing.welch([1, 2, 3], [1, 2, 3])).toBe(0);
    expect(timing.welch([11, 12, 13], [1, 2, 3])).toBeCloseTo(12.25, 2);
  });
});

describe.each(['hardened', 'legacy'])('the HSM benchmark, %s', (mode) => {
  const fixture = operations.prepare({ hsm, crypto, pin }, { mode, keys: 3, accounts: 5, random });

  it.each(Object.keys(operations.COMMANDS))('runs %s alone and in batches', (command) => {
    const alone = operations.oneByOne(fixture, command, 2);
    const together = operations.batches(fixture, command, 16);
    for (let i = 0; i < 5; i++) {
      alone();
      together();
    }
  });

  it('runs with a cache that is too small for its keys, and reads its jobs alone', () => {
    const options = { mode, keys: 12, cachedKeys: 8, random };
    const cold = operations.prepare({ hsm, crypto, pin }, options);
    const alone = operations.oneByOne(cold, 'VerifyPin');
    for (let i = 0; i < 30; i++) alone();
    const read = operations.plainRead(cold, 'VerifyPin');
    expect(read()).toBeLessThan(read());
  });

  it('answers every bad PIN block as declared', () => {
    for (const { name, run } of operations.answersOf(fixture)) {
      expect([name, run().ok]).toEqual([name, name === 'right PIN']);
    }
    operations.nodeToday(2)();
  });
});
