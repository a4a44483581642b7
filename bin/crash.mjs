#!/usr/bin/env node
/**
 * `npm run test:crash`: prepares the checkout when needed, then kills processes of a running system at
 * random and holds what is left against the customers' record. The harness (test/crash) is no part of
 * the build: it is translated here, file by file.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, root } from '../scripts/prepare.mjs';

prepare();
const { transformSync } = await import('@swc/core');
const source = join(root, 'test/crash');
const translated = join(root, '.cache', `crash-${process.pid}`);
mkdirSync(translated, { recursive: true });
for (const name of readdirSync(source)) {
  if (!name.endsWith('.ts') || name.endsWith('.spec.ts')) continue;
  const { code } = transformSync(readFileSync(join(source, name), 'utf8'), {
    filename: name,
    swcrc: false,
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  });
  const built = code.replace(/(['"])@pinfold\/([a-z0-9-]+)\1/g, (_, quote, lib) => {
    return quote + pathToFileURL(join(root, 'dist/libs', lib, 'src/index.js')).href + quote;
  });
  writeFileSync(join(translated, name.replace(/\.ts$/, '.js')), built);
}
writeFileSync(join(translated, 'package.json'), '{"type":"module"}');
const { crashMain } = await import(pathToFileURL(join(translated, 'main.js')).href);
try {
  process.exitCode = await crashMain(process.argv.slice(2), root);
} finally {
  rmSync(translated, { recursive: true, force: true });
}
