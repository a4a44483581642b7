/**
 * The reference of the cipher benchmark: OpenSSL called from C, in a process that runs one slice
 * when asked. Without a compiler or OpenSSL's headers: `node:crypto` with one long `update`.
 */

import { execFileSync, spawn } from 'node:child_process';
import { createCipheriv, createSecretKey } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** `{ label, slice(name): Promise<ns per operation>, close() }` */
export async function startReference() {
  const folder = mkdtempSync(join(tmpdir(), 'pinfold-bench-'));
  const program = join(folder, 'reference');
  try {
    const source = new URL('crypto-reference.c', import.meta.url).pathname;
    execFileSync('gcc', ['-O2', '-o', program, source, '-lcrypto'], { stdio: 'pipe' });
  } catch {
    rmSync(folder, { recursive: true });
    return bulkReference();
  }
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const version = (await lines.next()).value;
  return {
    label: `${version.split(' ').slice(0, 2).join(' ')} in C`,
    async slice(name) {
      child.stdin.write(`${name}\n`);
      return Number((await lines.next()).value);
    },
    close() {
      child.stdin.end();
      rmSync(folder, { recursive: true });
    },
  };
}

function bulkReference() {
  const BLOCKS = 2000;
  const key = createSecretKey(Buffer.from(Array.from({ length: 24 }, (_, i) => i * 7 + 3)));
  const aesKey = createSecretKey(Buffer.alloc(16, 5));
  const tdes = createCipheriv('des-ede3-ecb', key, null).setAutoPadding(false);
  const aes = createCipheriv('aes-128-ecb', aesKey, null).setAutoPadding(false);
  const perBlock = (cipher, size) => {
    const data = Buffer.alloc(BLOCKS * size, 7);
    return () => {
      const start = process.hrtime.bigint();
      cipher.update(data);
      return Number(process.hrtime.bigint() - start) / BLOCKS;
    };
  };
  const tdesBlock = perBlock(tdes, 8);
  const aesBlock = perBlock(aes, 16);
  const slices = {
    tdes: tdesBlock,
    'two-tdes': () => 2 * tdesBlock(),
    aes: aesBlock,
    // 32 single blocks and two more, at a third of a triple block each
    'retail-mac': () => (34 / 3) * tdesBlock(),
    schedule: () => Number.NaN,
  };
  return {
    label: 'node:crypto, one long update',
    async slice(name) {
      return slices[name]();
    },
    close() {},
  };
}
