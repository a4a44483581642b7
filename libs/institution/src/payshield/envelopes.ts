/**
 * Components as files for the custodians, one each, readable by the owner alone: what a sealed envelope is
 * in a bank. They lie there only while the key is formed.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '@pinfold/crypto';
import type { ConsoleWish } from './key-console.js';

export interface Envelopes {
  readonly paths: readonly string[];
  /** The letters are burnt. */
  remove(): void;
}

export function writeEnvelopes(folder: string, wish: ConsoleWish): Envelopes {
  const { key, owner, checkValue, components } = wish;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const paths = components.map(({ custodian }) => {
    const name = `${key}-${owner}-${custodian}`.replace(/[^A-Za-z0-9-]/g, '_');
    return join(folder, `${name}.json`);
  });
  for (const [i, path] of paths.entries()) {
    const { custodian, component } = components[i]!;
    const content = { custodian, key, owner, component: toHex(component), checkValue };
    rmSync(path, { force: true });
    writeFileSync(path, `${JSON.stringify(content, null, 1)}\n`, { mode: 0o600, flag: 'wx' });
  }
  return {
    paths,
    remove: () => {
      for (const path of paths) rmSync(path, { force: true });
    },
  };
}
