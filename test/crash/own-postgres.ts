/** The PostgreSQL that the program brought: its process, its port, its password, from the data folder. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

function postmasterOf(dataDir: string): Postmaster | undefined {
  try {
    const lines = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
    const [pid, port] = [Number(lines[0]), Number(lines[3])];
    return pid > 1 && port > 0 ? { pid, port } : undefined;
  } catch {
    return undefined;
  }
}

/** SIGKILL for the postmaster; its children end by themselves. False when there is none now. */
export function killPostmaster(dataDir: string): boolean {
  const found = postmasterOf(dataDir);
  if (found === undefined || !isPostgres(found.pid)) return false;
  try {
    return process.kill(found.pid, 'SIGKILL');
  } catch {
    return false;
  }
}

export function databaseUrlOf(dataDir: string): string | undefined {
  const found = postmasterOf(dataDir);
  if (found === undefined) return undefined;
  const password = readFileSync(join(dataDir, 'postgres.password'), 'utf8').trim();
  return `postgres://pinfold:${password}@127.0.0.1:${found.port}/pinfold`;
}

/** The file may be left over, and its number another process's (Linux; elsewhere the file is trusted). */
function isPostgres(pid: number): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres');
  } catch {
    return false;
  }
}
