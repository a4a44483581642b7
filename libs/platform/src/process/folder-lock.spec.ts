import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChildProgram } from '../testing/child-program.js';
import { FolderInUseError, holderOf, lockFolder } from './folder-lock.js';
import { identityOf, isSameProcessAlive, startTicks } from './identity.js';

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'pinfold-lock-'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

const HOLD = `
  import { lockFolder } from '@pinfold/platform';
  try {
    await lockFolder(process.argv[2]);
    console.log('locked');
    setInterval(() => {}, 1000);
  } catch (error) { console.log('refused ' + error.message); }
`;

it('creates the folder for its owner alone, and gives it free again', async () => {
  const folder = join(base, 'a', 'b');
  const lock = await lockFolder(folder);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, 'pinfold.lock'))).mode & 0o777).toBe(0o600);
  await lock.release();
  await lock.release();
  expect(await holderOf(folder)).toBeNull();
  await (await lockFolder(folder)).release();
});

it('refuses a second lock and names the process, its program and since when', async () => {
  const child = runChildProgram(HOLD, { args: [base] });
  await child.line('locked');
  const error = await lockFolder(base).catch((caught) => caught);
  expect(error).toBeInstanceOf(FolderInUseError);
  expect(error.holder.pid).toBe(child.pid);
  expect(error.message).toMatch(
    new RegExp(
      `^data folder ${base} is in use by process ${child.pid} \\(.*node.*program.*\\), since 20`,
    ),
  );
  child.process.kill('SIGKILL');
  await child.ended;
});

it('is free the moment its holder is killed, whatever the file says', async () => {
  const child = runChildProgram(HOLD, { args: [base] });
  await child.line('locked');
  child.process.kill('SIGKILL');
  await child.ended;
  expect(await holderOf(base)).toBeNull();
  const lock = await lockFolder(base);
  expect(JSON.parse(await readFile(join(base, 'pinfold.lock'), 'utf8')).pid).toBe(process.pid);
  await lock.release();
});

it('stays with a holder that is stopped: nothing expires by age', async () => {
  const child = runChildProgram(HOLD, { args: [base] });
  await child.line('locked');
  child.process.kill('SIGSTOP');
  await expect(lockFolder(base)).rejects.toThrow(`process ${child.pid}`);
  child.process.kill('SIGKILL');
  await child.ended;
}, 10_000);

it('gives the folder to exactly one of many that ask at once', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(base)));
  const held = outcomes.filter((outcome) => outcome.status === 'fulfilled');
  expect(held).toHaveLength(1);
  await held[0]?.value.release();
});

it('does not take a stale file for a holder, nor a reused process number', async () => {
  const impostor = { pid: process.pid, startTicks: '1', since: '2026-01-01T00:00:00.000Z' };
  await writeFile(join(base, 'pinfold.lock'), JSON.stringify(impostor));
  expect(await holderOf(base)).toBeNull();
  expect(isSameProcessAlive(impostor)).toBe(startTicks(process.pid) === null);
  expect(isSameProcessAlive(identityOf(process.pid))).toBe(true);
  await (await lockFolder(base)).release();
});

it('keeps locks of different names apart', async () => {
  const one = await lockFolder(base, 'one');
  const two = await lockFolder(base, 'two');
  await Promise.all([one.release(), two.release()]);
});
