/**
 * `npm test`: installs and builds if needed, runs Jest, and ends with the line `N passed, N failed`.
 * Arguments go to Jest, e.g. `npm test -- libs/iso8583`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare();

const counts = join(root, '.cache', `test-counts-${process.pid}.json`);
mkdirSync(join(root, '.cache'), { recursive: true });

const { TEST_COUNTS_FILE: _, ...inherited } = process.env;
const jest = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules/jest/bin/jest.js'),
    '--reporters=default',
    `--reporters=${join(root, 'scripts/plain-reporter.mjs')}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit', env: { ...inherited, TEST_COUNTS_FILE: counts } },
);

const result = existsSync(counts)
  ? JSON.parse(readFileSync(counts, 'utf8'))
  : { passed: 0, failed: 1, skipped: 0 };
rmSync(counts, { force: true });
const skipped = result.skipped > 0 ? `, ${result.skipped} skipped` : '';
console.log(`${result.passed} passed, ${result.failed} failed${skipped}`);
process.exit(jest.status === 0 && result.failed === 0 ? 0 : 1);
