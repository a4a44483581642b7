/**
 * Makes vectors/*-faults.json: sound cases with one thing wrong, and the refusal that is expected.
 * What is expected stands in these scripts; no library of the project is asked.
 *
 *     node scripts/vectors/faults.mjs [--check]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cardValues } from './faults/card-values.mjs';
import { ciphers } from './faults/ciphers.mjs';
import { dukpt } from './faults/dukpt.mjs';
import { emv } from './faults/emv.mjs';
import { keyBlocks } from './faults/key-blocks.mjs';
import { macs } from './faults/macs.mjs';
import { pinBlocks } from './faults/pin-blocks.mjs';
import { pinVerification } from './faults/pin-verification.mjs';
import { folder, textOf } from './faults/table.mjs';
import { tr34 } from './faults/tr34.mjs';

const FILES = {
  'card-values-faults.json': cardValues,
  'ciphers-faults.json': ciphers,
  'dukpt-faults.json': dukpt,
  'emv-faults.json': emv,
  'mac-faults.json': macs,
  'pin-blocks-faults.json': pinBlocks,
  'pin-verification-faults.json': pinVerification,
  'tr31-faults.json': keyBlocks,
  'tr34-faults.json': tr34,
};

const changed = Object.entries(FILES).filter(([name, content]) => {
  const path = join(folder, name);
  return !existsSync(path) || readFileSync(path, 'utf8') !== textOf(content);
});
if (process.argv.includes('--check')) {
  if (changed.length > 0) {
    console.error(`not as the scripts make them: ${changed.map(([name]) => name).join(', ')}`);
    process.exitCode = 1;
  }
} else {
  for (const [name, content] of changed) writeFileSync(join(folder, name), textOf(content));
  console.log(`${Object.keys(FILES).length} files, ${changed.length} changed`);
}
