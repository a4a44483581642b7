#!/usr/bin/env node
/** `npm run sim`: prepares the checkout when needed, then runs whole networks from seeds. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, root } from '../scripts/prepare.mjs';

prepare();
const { simulate } = await import(
  pathToFileURL(join(root, 'dist/libs/simulation/src/index.js')).href
);
process.exitCode = await simulate(process.argv.slice(2));
