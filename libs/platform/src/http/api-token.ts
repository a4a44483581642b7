/**
 * The token of the control API: made at first start, kept in a file of mode 0600 in the data folder, so
 * that whoever may read that file may command the program. Compared in constant time.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentError } from '../process/exit-codes.js';
import { Secret } from '../secret/secret.js';

export const TOKEN_FILE = 'api-token';
const TOKEN = /^[\w-]{43}$/;

/** Path of the token file in a data folder. */
export function tokenFile(dataDir: string): string {
  return join(dataDir, TOKEN_FILE);
}

/** The token of a data folder, made if there is none; a file that others may read is closed to them. */
export async function ensureApiToken(dataDir: string): Promise<Secret> {
  const file = tokenFile(dataDir);
  const fresh = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.new`;
  try {
    await writeFile(fresh, `${randomBytes(32).toString('base64url')}\n`, {
      mode: 0o600,
      flag: 'wx',
    });
    // Fails when there is a token already, also when another process was faster.
    await link(fresh, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(fresh, { force: true });
  }
  if (process.platform !== 'win32' && ((await stat(file)).mode & 0o077) !== 0)
    await chmod(file, 0o600);
  return readApiToken(dataDir);
}

/** For a client: the token of a running program's data folder. */
export async function readApiToken(dataDir: string): Promise<Secret> {
  const file = tokenFile(dataDir);
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new EnvironmentError(`the API token ${file} cannot be read (${cause.code})`, { cause });
  });
  const token = text.trim();
  if (!TOKEN.test(token))
    throw new EnvironmentError(`${file} holds no API token; remove it for a new one`);
  return Secret.of(token);
}

/** Whether an Authorization header carries the token; the same time whatever it holds. */
export function carriesToken(authorization: string | undefined, token: Secret): boolean {
  const [, given = ''] = /^Bearer +(\S{1,200})$/i.exec(authorization ?? '') ?? [];
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token.reveal()));
}
