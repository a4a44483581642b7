/**
 * What `postmaster.pid` says about a server, and what the system says about its process.
 * Lines of the file (PostgreSQL 18, src/include/utils/pidfile.h): pid, data directory, start (s since
 * the epoch), port, socket directory, listen address, shared memory key, status.
 */
import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandOf, pidExists } from '@pinfold/platform';

export interface Postmaster {
  readonly pid: number;
  /** Seconds since the epoch. */
  readonly startedAt: number;
  readonly port: number;
  readonly ready: boolean;
}

/** The file's content, or null when there is no complete one. */
export async function readPostmaster(clusterDir: string): Promise<Postmaster | null> {
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim());
  const [pid, startedAt, port] = [lines[0], lines[2], lines[3]].map(Number) as [
    number,
    number,
    number,
  ];
  if (!(pid > 0) || !(startedAt > 0) || !(port > 0)) return null;
  return { pid, startedAt, port, ready: lines[7] === 'ready' };
}

/**
 * Whether the file's process still is the server of this cluster. A number that another process has now
 * (pid reuse), be it another PostgreSQL, is told apart by the folder it works in; where the system does
 * not show that, by its command line, or else the number decides.
 */
export function isPostmasterAlive(o: { postmaster: Postmaster; clusterDir: string }): boolean {
  const { pid } = o.postmaster;
  if (!pidExists(pid)) return false;
  if (process.platform === 'linux') return processesInside(o.clusterDir).includes(pid);
  const command = commandOf(pid);
  return command === null || /postgres/.test(command);
}

/**
 * Server processes that still work in this cluster, found by their working directory (Linux; empty
 * elsewhere). After a killed postmaster its children need a moment to notice and end.
 */
export function processesInside(clusterDir: string): number[] {
  let target: { dev: number; ino: number };
  let entries: string[];
  try {
    target = statSync(clusterDir);
    entries = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return entries.map(Number).filter((pid) => {
    try {
      const { dev, ino } = statSync(`/proc/${pid}/cwd`);
      return pid !== process.pid && dev === target.dev && ino === target.ino;
    } catch {
      return false;
    }
  });
}
