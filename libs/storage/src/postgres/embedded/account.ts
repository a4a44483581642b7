/**
 * The operating-system account that the server runs under. PostgreSQL refuses to run as root, so root
 * hands it to user `postgres`, which is created if there is none; everyone else runs it themselves.
 */
import { spawnSync } from 'node:child_process';

export interface ServerAccount {
  readonly name: string;
  /** Absent: the account of this process. */
  readonly ids?: { readonly uid: number; readonly gid: number };
}

const NAME = 'postgres';

/** Commands that create the account, first that exists wins (shadow-utils, then BusyBox). */
const CREATE: readonly (readonly string[])[] = [
  ['useradd', '--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', NAME],
  ['adduser', '-S', '-D', '-H', '-s', '/sbin/nologin', NAME],
];

function lookUp(): ServerAccount | null {
  const id = (flag: string) => {
    const { status, stdout } = spawnSync('id', [flag, NAME], { encoding: 'utf8' });
    return status === 0 ? Number.parseInt(stdout, 10) : Number.NaN;
  };
  const uid = id('-u');
  const gid = id('-g');
  return uid > 0 && gid > 0 ? { name: NAME, ids: { uid, gid } } : null;
}

/** The account for this process; as root creates it if need be, or throws one clear line. */
export function serverAccount(): ServerAccount {
  if (process.getuid?.() !== 0) return { name: 'of this process' };
  const existing = lookUp();
  if (existing !== null) return existing;
  for (const [command, ...args] of CREATE) {
    if (spawnSync(command as string, args, { stdio: 'ignore' }).status === 0) break;
  }
  const created = lookUp();
  if (created !== null) return created;
  throw new Error(
    `PostgreSQL does not run as root and user ${NAME} could not be created: create it, start as another user, or set DATABASE_URL`,
  );
}

/** Whether the account can run a program at this path, every folder above it included. */
export function canRun(account: ServerAccount, program: string): boolean {
  const { status } = spawnSync(program, ['--version'], {
    ...account.ids,
    cwd: '/',
    stdio: 'ignore',
    env: {},
    timeout: 10_000,
  });
  return status === 0;
}

/** Whether the account can enter this folder, every folder above it included. */
export function canEnter(account: ServerAccount, folder: string): boolean {
  if (account.ids === undefined) return true;
  const { status } = spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], {
    ...account.ids,
    cwd: '/',
    stdio: 'ignore',
    env: {},
  });
  return status === 0;
}
