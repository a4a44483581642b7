/**
 * A cluster on disk: made once, under a temporary name, and moved into place whole, so that a crash in
 * between leaves nothing that looks like one. Its password lies beside it in a file of mode 0600.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, open, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canEnter, type ServerAccount } from './account.js';
import type { Binaries } from './binaries.js';
import { INITDB_OPTIONS } from './settings.js';

export interface ClusterPaths {
  /** The server's own folder. */
  readonly cluster: string;
  readonly password: string;
  readonly log: string;
}

export function clusterPaths(dataDir: string): ClusterPaths {
  return {
    cluster: join(dataDir, 'postgres'),
    password: join(dataDir, 'postgres.password'),
    log: join(dataDir, 'postgres.log'),
  };
}

/**
 * How the server names its folder. Where its account cannot enter a folder above (root's 0700 home),
 * it starts inside and calls it `/proc/self/cwd`: entering was done before the account changed.
 */
export function folderArgument(account: ServerAccount, cluster: string): string {
  if (canEnter(account, cluster)) return cluster;
  if (process.platform === 'linux') return '/proc/self/cwd';
  throw new Error(
    `user ${account.name} cannot enter ${cluster}: put PINFOLD_DATA_DIR where that user can, start as another user, or set DATABASE_URL`,
  );
}

/** Environment of the server's programs: none of ours, which may hold secrets. */
export const SERVER_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
  ...(process.platform === 'win32' ? { SystemRoot: process.env.SystemRoot ?? '' } : {}),
};

/** Makes the cluster if there is none; returns its password and whether it is new. */
export async function ensureCluster(o: {
  dataDir: string;
  binaries: Binaries;
  account: ServerAccount;
}): Promise<{ password: string; created: boolean }> {
  const paths = clusterPaths(o.dataDir);
  const existing = existsSync(join(paths.cluster, 'PG_VERSION'));
  if (existing) return { password: await readPassword(paths.password), created: false };
  const password = randomBytes(24).toString('base64url');
  await writeDurably(paths.password, `${password}\n`);
  const fresh = `${paths.cluster}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  if (o.account.ids !== undefined) await chown(fresh, o.account.ids.uid, o.account.ids.gid);
  await initdb({ ...o, folder: fresh, password });
  await rename(fresh, paths.cluster);
  return { password, created: true };
}

async function readPassword(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Error(`${file}, the password of the embedded database, cannot be read`, { cause });
  });
  return text.trim();
}

async function writeDurably(file: string, text: string): Promise<void> {
  await rm(file, { force: true });
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function initdb(o: {
  dataDir: string;
  folder: string;
  binaries: Binaries;
  account: ServerAccount;
  password: string;
}): Promise<void> {
  // The password goes in through standard input: a file of the server's account, already unlinked.
  const file = join(o.dataDir, 'postgres.initdb');
  await rm(file, { force: true });
  await writeFile(file, `${o.password}\n`, { mode: 0o600 });
  const posix = process.platform !== 'win32';
  if (o.account.ids !== undefined) await chown(file, o.account.ids.uid, o.account.ids.gid);
  const handle = await open(file, 'r');
  if (posix) await unlink(file);
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(
        o.binaries.initdb,
        [
          `--pgdata=${folderArgument(o.account, o.folder)}`,
          `--pwfile=${posix ? '/dev/stdin' : file}`,
          ...INITDB_OPTIONS,
        ],
        {
          ...o.account.ids,
          cwd: o.folder,
          env: SERVER_ENVIRONMENT,
          stdio: [handle.fd, 'ignore', 'pipe'],
        },
      );
      let errors = '';
      child.stderr?.on('data', (chunk: Buffer) => {
        errors = (errors + chunk.toString('utf8')).slice(-2_000);
      });
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) resolve();
        else reject(new Error(`initdb ended with code ${code}: ${errors.trim()}`));
      });
    });
  } finally {
    await handle.close();
    if (!posix) await rm(file, { force: true });
  }
}
