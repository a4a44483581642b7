/**
 * The console of a device, as the README shows it: every command runs as it stands there, in order, with
 * what is typed and what comes out. And a program whose files were changed: its devices stop.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { cleanEnvironment, testFolder } from './support/program.js';
import { isLike, runStep, type Step, stepsOf } from './support/transcript.js';

jest.setTimeout(120_000);

const ROOT = new URL('..', import.meta.url).pathname;
const MAIN = 'apps/pinfold/src/main.js';
const folder = testFolder();
const env = cleanEnvironment({});
afterAll(() => folder.remove());

const steps = stepsOf(readFileSync(join(ROOT, 'README.md'), 'utf8'));

it('the README shows every kind of work', () => {
  const text = steps.map(({ command }) => command).join('\n');
  for (const work of [
    'hsm init',
    'ceremony generate',
    'ceremony combine',
    'hsm login',
    'hsm lock-out',
    'hsm backup',
    'hsm restore',
    'hsm change-master-keys',
    'hsm re-encrypt',
    'hsm erase-old',
    'hsm self-test',
    'audit verify',
    'hsm tamper',
  ]) {
    expect(text).toContain(work);
  }
});

describe('as in the README', () => {
  it.each(steps.map((step): [string, Step] => [step.command, step]))('%s', (_, step) => {
    const program = join(ROOT, 'dist', MAIN);
    const actual = runStep(step, { cwd: folder.path, program, env });
    if (!isLike(step.output, actual)) expect(actual).toEqual(step.output);
  });
});

it('a flipped bit in a built file stops the device, which says which; put right, it serves again', () => {
  const copy = join(folder.path, 'copy');
  cpSync(join(ROOT, 'dist'), join(copy, 'dist'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  writeFileSync(join(copy, 'package.json'), '{"type":"module"}');
  const program = join(copy, 'dist', MAIN);
  const run = (command: string) =>
    runStep({ command, typed: [], output: [] }, { cwd: folder.path, program, env }).join('\n');
  expect(run('npx pinfold hsm init --demo --folder demo')).toContain('operational');
  const file = join(copy, 'dist/libs/pin/src/index.js');
  const whole = readFileSync(file);
  const flipped = Buffer.from(whole);
  // A letter of a comment's: the program still runs, and is not the one that was built.
  const at = flipped.indexOf('* ') + 4;
  flipped[at]! ^= 0x20;
  writeFileSync(file, flipped);
  const status = run('npx pinfold hsm status --folder demo');
  expect(status).toContain('changed libs/pin/src/index.js');
  expect(status).toMatch(/device +hardened, error/);
  expect(run('npx pinfold hsm self-test --folder demo')).toContain('DEVICE_ERROR');
  const settings = { ...env, PINFOLD_HTTP_PORT: '0', PINFOLD_HOST_PORT: '0' };
  const host = spawnSync(process.execPath, [join(copy, 'dist/apps/hsm/src/main.js')], {
    env: { ...settings, PINFOLD_DATA_DIR: join(folder.path, 'data') },
    encoding: 'utf8',
  });
  expect(host).toMatchObject({ status: 3 });
  expect(host.stderr).toContain('changed libs/pin/src/index.js');
  writeFileSync(file, whole);
  expect(run('npx pinfold hsm self-test --folder demo')).toContain('passed  file-integrity');
});
