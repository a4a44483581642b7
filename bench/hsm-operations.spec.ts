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
  answersOf(fixture: object): { name: string; run(): { ok: boolean; code?: string } }[];
  nodeToday(blocks: number): () => void;
}

// A plain module without types: the benchmark runs it without a compiler.
const path = './hsm-operations.mjs';
const operations = (await import(path)) as Operations;
const random = (length: number) => Uint8Array.from(randomBytes(length));

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

  it('answers every bad PIN block as declared', () => {
    for (const { name, run } of operations.answersOf(fixture)) {
      expect([name, run().ok]).toEqual([name, name === 'right PIN']);
    }
    operations.nodeToday(2)();
  });
});
