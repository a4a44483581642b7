/**
 * One program per folder. The lock is held by the operating system and ends with the process, however
 * it ends: nothing expires by age and no stale file has to be judged.
 *
 * - Linux: a listening socket in the abstract namespace, named by device and inode of the folder.
 * - Windows: a named pipe (first instance only), named by the folder's path.
 * - macOS, BSD: `open(2)` with O_EXLOCK on a file in the folder.
 *
 * `NAME.lock` in the folder says who holds it. It is for people: the lock does not depend on it.
 * Left out: two containers that share a volume but no network namespace do not see each other.
 */
import { createHash } from 'node:crypto';
import {
  type FileHandle,
  mkdir,
  open,
  readFile,
  realpath,
  stat,
  writeFile,
} from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { EnvironmentError } from './exit-codes.js';
import { describeProcess, isSameProcessAlive, startTicks } from './identity.js';

export interface LockHolder {
  readonly pid: number;
  readonly startTicks: string | null;
  /** ISO 8601. */
  readonly since: string;
}

export interface FolderLock {
  readonly folder: string;
  /** Gives the folder free; twice is harmless. */
  release(): Promise<void>;
}

/** The folder belongs to another running program; `holder` is null when it cannot be told. */
export class FolderInUseError extends EnvironmentError {
  override readonly name = 'FolderInUseError';
  readonly code = 'FOLDER_IN_USE';
  constructor(
    readonly folder: string,
    readonly holder: LockHolder | null,
  ) {
    const who =
      holder === null ? 'another process' : `${describeProcess(holder.pid)}, since ${holder.since}`;
    super(`data folder ${folder} is in use by ${who}`);
  }
}

const BSD_O_EXLOCK = 0x20;
const BSD_O_NONBLOCK = 0x4;
const BSD_O_RDWR_CREAT = 0x202;

/**
 * Takes the folder for this process, creating it (mode 0700) if needed. `name` tells locks on one
 * folder apart. Throws FolderInUseError when a running process has it.
 */
export async function lockFolder(folder: string, name = 'pinfold'): Promise<FolderLock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const real = await realpath(folder);
  const file = join(real, `${name}.lock`);
  const me: LockHolder = {
    pid: process.pid,
    startTicks: startTicks(process.pid),
    since: new Date().toISOString(),
  };
  const usesSocket = process.platform === 'linux' || process.platform === 'win32';
  const release = usesSocket
    ? await lockBySocket(await socketName(real, name), me)
    : await lockByFile(file);
  if (release === null) throw new FolderInUseError(folder, await holderOf(real, name));
  await writeFile(file, `${JSON.stringify(me)}\n`, { mode: 0o600 });
  let released: Promise<void> | undefined;
  return {
    folder,
    release: () => {
      released ??= release();
      return released;
    },
  };
}

/** Who holds a folder now, or null when nobody does or nobody says. */
export async function holderOf(folder: string, name = 'pinfold'): Promise<LockHolder | null> {
  const real = await realpath(folder).catch(() => null);
  if (real === null) return null;
  if (process.platform === 'linux' || process.platform === 'win32') {
    const answer = await askSocket(await socketName(real, name));
    if (answer !== 'silent') return answer;
  }
  const text = await readFile(join(real, `${name}.lock`), 'utf8').catch(() => '');
  const holder = parseHolder(text);
  return holder !== null && isSameProcessAlive(holder) ? holder : null;
}

async function socketName(real: string, name: string): Promise<string> {
  const { dev, ino } = await stat(real);
  const id = process.platform === 'win32' ? real.toLowerCase() : `${dev}:${ino}`;
  const digest = createHash('sha256').update(`${name}\0${id}`).digest('hex').slice(0, 40);
  return process.platform === 'win32' ? `\\\\.\\pipe\\pinfold-${digest}` : `\0pinfold-${digest}`;
}

/** The function that gives the lock back, or null when it is taken. */
async function lockBySocket(path: string, me: LockHolder): Promise<(() => Promise<void>) | null> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(JSON.stringify(me));
  });
  server.maxConnections = 16;
  const bound = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ path }, () => resolve(true));
  });
  if (!bound) return null;
  server.unref();
  server.on('error', () => undefined);
  return () => new Promise((resolve) => server.close(() => resolve()));
}

/** The holder; null when nobody listens; `silent` when somebody does but says nothing (a stopped process). */
async function askSocket(path: string): Promise<LockHolder | null | 'silent'> {
  return new Promise((resolve) => {
    let text = '';
    let connected = false;
    const socket = net.connect({ path }, () => {
      connected = true;
    });
    const done = () => {
      socket.destroy();
      resolve(connected ? (parseHolder(text) ?? 'silent') : null);
    };
    socket.setTimeout(1_000, done);
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8');
      if (text.length > 1_000) done();
    });
    socket.on('error', done);
    socket.on('end', done);
  });
}

async function lockByFile(file: string): Promise<(() => Promise<void>) | null> {
  let handle: FileHandle;
  try {
    handle = await open(file, BSD_O_RDWR_CREAT | BSD_O_EXLOCK | BSD_O_NONBLOCK, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN' || code === 'EWOULDBLOCK') return null;
    throw error;
  }
  return () => handle.close();
}

function parseHolder(text: string): LockHolder | null {
  try {
    const { pid, startTicks: ticks, since } = JSON.parse(text) as LockHolder;
    return Number.isInteger(pid) && typeof since === 'string'
      ? { pid, startTicks: typeof ticks === 'string' ? ticks : null, since }
      : null;
  } catch {
    return null;
  }
}
