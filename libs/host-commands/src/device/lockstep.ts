/**
 * Commands as chains of single DES blocks, run side by side: the first blocks of all commands that
 * arrived together go through the batch engine at once, then the second ones, until all have ended.
 */
import { type DesKey, decryptMany, encryptMany } from '@pinfold/crypto';
import type { Values } from '../layout/parse.js';

/** One block to encipher or decipher, and what follows: another block, or the fields of the reply. */
export interface BlockStep {
  readonly key: DesKey;
  readonly decrypt: boolean;
  readonly hi: number;
  readonly lo: number;
  readonly next: (hi: number, lo: number) => BlockStep | Values;
}

/** A chain, and where its end goes. `next` may refuse by throwing; `failed` takes that. */
export interface Chain {
  step: BlockStep;
  readonly done: (reply: Values) => void;
  readonly failed: (error: unknown) => void;
}

const isStep = (next: BlockStep | Values): next is BlockStep =>
  typeof (next as BlockStep).next === 'function';

/** Runs every chain to its end. */
export function runLockstep(chains: readonly Chain[]): void {
  let active = chains;
  while (active.length > 0) {
    const going: Chain[] = [];
    for (const decrypt of [true, false]) {
      const group = active.filter(({ step }) => step.decrypt === decrypt);
      if (group.length > 0) runGroup(group, decrypt, going);
    }
    active = going;
  }
}

function runGroup(group: readonly Chain[], decrypt: boolean, going: Chain[]): void {
  const keys = group.map(({ step }) => step.key);
  const blocks = new Int32Array(2 * group.length);
  group.forEach(({ step }, i) => {
    blocks[2 * i] = step.hi;
    blocks[2 * i + 1] = step.lo;
  });
  if (decrypt) decryptMany(keys, blocks);
  else encryptMany(keys, blocks);
  group.forEach((chain, i) => {
    try {
      const next = chain.step.next(blocks[2 * i]!, blocks[2 * i + 1]!);
      if (isStep(next)) {
        chain.step = next;
        going.push(chain);
      } else {
        chain.done(next);
      }
    } catch (error) {
      chain.failed(error);
    }
  });
  blocks.fill(0);
}

/** Eight hexadecimal digits at a place of a text that the parser has checked. */
export function hexWord(text: string, at: number): number {
  let word = 0;
  for (let i = at; i < at + 8; i++) {
    const code = text.charCodeAt(i);
    word = (word << 4) | (code < 58 ? code - 48 : code - 55);
  }
  return word;
}
