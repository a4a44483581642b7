/**
 * `npm run coverage`: branch coverage of the payment arithmetic by its own specs, library by library.
 * Fails below the least that each must have, so that it cannot sink unseen; part of `npm run check`.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';

/** Per cent of branches. */
const LEAST = { pin: 98, keyblock: 98, emv: 98 };

const libs = Object.keys(LEAST);
const folder = join(root, '.cache', 'coverage');
const jest = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules/jest/bin/jest.js'),
    ...libs.map((lib) => `libs/${lib}/src`),
    '--silent',
    '--coverage',
    `--coverageDirectory=${folder}`,
    '--coverageReporters=json-summary',
    ...libs.map((lib) => `--collectCoverageFrom=libs/${lib}/src/**/*.ts`),
    '--collectCoverageFrom=!**/*.spec.ts',
    '--collectCoverageFrom=!**/testing.ts',
  ],
  { cwd: root, encoding: 'utf8' },
);
if (jest.status !== 0) {
  console.log(jest.stderr);
  process.exit(1);
}

const { total: _, ...files } = JSON.parse(
  readFileSync(join(folder, 'coverage-summary.json'), 'utf8'),
);
let failed = false;
for (const lib of libs) {
  const own = Object.entries(files).filter(([file]) => file.startsWith(join(root, 'libs', lib)));
  const sum = (part) => own.reduce((all, [, { branches }]) => all + branches[part], 0);
  const percent = (100 * sum('covered')) / sum('total');
  console.log(
    `${lib}: ${sum('covered')} of ${sum('total')} branches, ${percent.toFixed(2)} % (at least ${LEAST[lib]} %)`,
  );
  if (!(percent >= LEAST[lib])) {
    failed = true;
    for (const [file, { branches }] of own) {
      if (branches.pct < 100) console.log(`  ${file.slice(root.length + 1)}: ${branches.pct} %`);
    }
  }
}
process.exit(failed ? 1 : 0);
