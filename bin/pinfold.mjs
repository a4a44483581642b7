#!/usr/bin/env node
/** The `pinfold` command: prepares the checkout when needed, then hands over to the built program. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, root } from '../scripts/prepare.mjs';

prepare();
await import(pathToFileURL(join(root, 'dist/apps/pinfold/src/main.js')).href);
