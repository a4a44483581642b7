/**
 * The integer engine: single blocks, with the round keys in its own memory. As WebAssembly where the
 * runtime has it, else in TypeScript over the same memory. Addresses are those of `layout.ts`.
 */

import { unsafe } from '@noble/ciphers/aes.js';
import { webAssembly } from '../bitslice/webassembly.js';
import { desBlock } from '../des-block.js';
import { desSchedule } from '../des-schedule.js';
import { AES_COLUMNS, AES_S_BOX } from './aes-tables.js';
import { LAYOUT, MEMORY_BYTES, SCHEDULE_BYTES } from './layout.js';
import { emitIntegerModule, type IntegerExports } from './module.js';
import { CHOICES, HALVES, S_BOX_WORDS } from './tables.js';

const PAGE_BYTES = 65_536;
const PAGES = Math.ceil(MEMORY_BYTES / PAGE_BYTES);

export interface IntegerEngine extends Omit<IntegerExports, 'memory'> {
  /** The memory: the answer of `crypt` and `aes` is in its first words. */
  readonly words: Int32Array;
}

/** For runtimes without WebAssembly. */
export function typescriptEngine(): IntegerEngine {
  const words = new Int32Array((PAGES * PAGE_BYTES) / 4);
  return {
    words,
    crypt(from, end, hi, lo) {
      desBlock(words, { from: from >> 2, end: end >> 2 }, hi, lo, words);
    },
    expand(to, step, hi, lo) {
      desSchedule(words, { to: to >> 2, step: step >> 2 }, hi, lo);
    },
    clear(at) {
      words.fill(0, at >> 2, (at + SCHEDULE_BYTES) >> 2);
    },
    aes(from, last, c0, c1, c2, c3) {
      const keys = Uint32Array.from(words.subarray(from >> 2, (last >> 2) + 4));
      const { s0, s1, s2, s3 } = unsafe.encrypt(keys, c0, c1, c2, c3);
      keys.fill(0);
      words.set([s0, s1, s2, s3]);
    },
  };
}

/** Undefined where the runtime has no WebAssembly. */
export function webAssemblyEngine(): IntegerEngine | undefined {
  if (webAssembly === undefined) return undefined;
  const { Instance, Module } = webAssembly;
  const instance = new Instance(new Module(emitIntegerModule(PAGES)));
  const { memory, crypt, expand, aes, clear } = instance.exports as IntegerExports;
  const words = new Int32Array(memory.buffer);
  S_BOX_WORDS.forEach((table, box) => {
    words.set(table, (LAYOUT.sBoxes >> 2) + table.length * box);
  });
  words.set(HALVES, LAYOUT.halves >> 2);
  words.set(CHOICES, LAYOUT.choices >> 2);
  AES_COLUMNS.forEach((table, row) => {
    words.set(table, (LAYOUT.aesColumns >> 2) + table.length * row);
  });
  new Uint8Array(memory.buffer).set(AES_S_BOX, LAYOUT.aesSBox);
  return { words, crypt, expand, aes, clear };
}
