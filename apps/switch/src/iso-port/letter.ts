/** A key component on paper, so to speak: one JSON file for one courier, readable by its owner alone. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Letter {
  /** Terminal, or issuer. */
  readonly owner: string;
  readonly usage: 'TMK' | 'ZCK';
  readonly algorithm: 'T' | 'A';
  readonly courier: string;
  /** Upper-case hex. The key is the XOR of both couriers' components. */
  readonly component: string;
  /** Of the whole key. */
  readonly checkValue: string;
}

const PRIVATE = 0o600;

export function letterName({ owner, courier }: Pick<Letter, 'owner' | 'courier'>): string {
  return `${owner}.${courier}.json`;
}

export function writeLetter(folder: string, letter: Letter): void {
  const path = join(folder, letterName(letter));
  writeFileSync(path, `${JSON.stringify(letter, null, 2)}\n`, { mode: PRIVATE });
  // An older file keeps its mode.
  chmodSync(path, PRIVATE);
}
