/**
 * `npm run check`: everything that must hold before a change lands, in the order of what fails fastest.
 * Ends with the line `N passed, N failed`: the tests, and one for each other step.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

const tool = (path, ...args) => [process.execPath, [join(root, 'node_modules', path), ...args]];
const script = (path, ...args) => [process.execPath, [join(root, path), ...args]];

const STEPS = [
  ['format and lint', ...tool('@biomejs/biome/bin/biome', 'check', '.', '--error-on-warnings')],
  ['types', ...tool('typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json')],
  [
    'dependency rules',
    ...tool(
      'dependency-cruiser/bin/dependency-cruise.mjs',
      'apps',
      'libs',
      '--config',
      '.dependency-cruiser.mjs',
    ),
  ],
  ['supply chain', ...script('scripts/check-supply-chain.mjs')],
  ['no secrets in the repository', ...script('scripts/check-secrets.mjs')],
  ['branch coverage', ...script('scripts/coverage.mjs')],
  ['simulation, 500 seeds', ...script('bin/sim.mjs', '--seeds', '500')],
];

prepare();
let passed = 0;
const failed = [];
for (const [name, command, args] of STEPS) {
  const started = Date.now();
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  if (done.status === 0) {
    passed += 1;
    console.log(`ok      ${name} (${seconds} s)`);
  } else {
    failed.push(name);
    console.log(`${done.stdout ?? ''}${done.stderr ?? ''}`);
    console.log(`FAILED  ${name} (${seconds} s)`);
  }
}

const tests = spawnSync('npm', ['test', '--silent'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
  maxBuffer: 64 << 20,
});
process.stdout.write(tests.stdout ?? '');
const [, testsPassed = '0', testsFailed = '1'] =
  /(\d+) passed, (\d+) failed[^\n]*\n?$/.exec(tests.stdout ?? '') ?? [];
if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`);
const allFailed = failed.length + Number(testsFailed);
console.log(`${passed + Number(testsPassed)} passed, ${allFailed} failed`);
process.exit(allFailed === 0 && tests.status === 0 ? 0 : 1);
