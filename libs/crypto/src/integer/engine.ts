/**
 * The integer engine: single blocks, with the round keys in its own memory. As WebAssembly where the
 * runtime has it, else in TypeScript over the same memory. Addresses are those of `layout.ts`.
 */

import { webAssembly } from '../bitslice/webassembly.js';
import { desBlock } from '../des-block.js';
import { desSchedule } from '../des-schedule.js';
import { LAYOUT, MEMORY_BYTES } from './layout.js';
import { emitIntegerModule, type IntegerExports } from './module.js';
import { CHOICES, HALVES, S_BOX_WORDS } from './tables.js';

const PAGE_BYTES = 65_536;
const PAGES = Math.ceil(MEMORY_BYTES / PAGE_BYTES);

export interface IntegerEngine extends Pick<IntegerExports, 'crypt' | 'expand'> {
  /** The memory: the answer of `crypt` is in its first two words. */
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
  };
}

/** Undefined where the runtime has no WebAssembly. */
export function webAssemblyEngine(): IntegerEngine | undefined {
  if (webAssembly === undefined) return undefined;
  const { Instance, Module } = webAssembly;
  const instance = new Instance(new Module(emitIntegerModule(PAGES)));
  const { memory, crypt, expand } = instance.exports as IntegerExports;
  const words = new Int32Array(memory.buffer);
  S_BOX_WORDS.forEach((table, box) => {
    words.set(table, (LAYOUT.sBoxes >> 2) + table.length * box);
  });
  words.set(HALVES, LAYOUT.halves >> 2);
  words.set(CHOICES, LAYOUT.choices >> 2);
  return { words, crypt, expand };
}
