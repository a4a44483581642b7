import { chmod, cp, lstat, mkdtemp, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { canEnter, canRun, serverAccount } from './account.js';
import { findBinaries } from './binaries.js';

const account = serverAccount();
const isRoot = process.getuid?.() === 0;
const onLinux = process.platform === 'linux' ? it : it.skip;
const asRoot = isRoot ? it : it.skip;
let base: string;
/** The package as npm lays it down when it does not run install scripts: without its links. */
let native: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'pinfold-binaries-'));
  const { postgres } = await findBinaries(account);
  native = join(base, 'package/native');
  await cp(join(dirname(postgres), '..'), native, {
    recursive: true,
    filter: async (path) => !(await lstat(path)).isSymbolicLink(),
  });
});
afterAll(() => rm(base, { recursive: true, force: true }));

it('are found and run under the account', async () => {
  const binaries = await findBinaries(account);
  for (const program of Object.values(binaries)) expect(canRun(account, program)).toBe(true);
});

onLinux('get the links that an install script would have made', async () => {
  await chmod(base, 0o755);
  expect(canRun(account, join(native, 'bin/postgres'))).toBe(false);
  const { postgres } = await findBinaries(account, native);
  expect(postgres).toBe(join(native, 'bin/postgres'));
  expect(await readlink(join(native, 'lib/libpq.so.5'))).toMatch(/^libpq\.so\.5\.\d+$/);
});

asRoot(
  'are copied once where the account cannot reach them, for nobody else to write',
  async () => {
    await chmod(base, 0o700);
    const { postgres, initdb } = await findBinaries(account, native);
    const copied = join(dirname(postgres), '../..');
    try {
      expect(postgres.startsWith(native)).toBe(false);
      expect(canRun(account, initdb)).toBe(true);
      expect((await lstat(copied)).mode & 0o777).toBe(0o755);
      const { ino } = await lstat(postgres);
      expect((await lstat((await findBinaries(account, native)).postgres)).ino).toBe(ino);
      // A folder that others may write to is not trusted.
      await chmod(copied, 0o777);
      await expect(findBinaries(account, native)).rejects.toThrow('cannot place the PostgreSQL');
    } finally {
      await rm(copied, { recursive: true, force: true });
    }
  },
);

asRoot('tell what the account can enter', async () => {
  await chmod(base, 0o700);
  expect(canEnter(account, '/')).toBe(true);
  expect(canEnter(account, base)).toBe(false);
});
