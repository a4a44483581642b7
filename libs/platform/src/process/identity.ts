/**
 * Which process is meant by a number. A pid alone is reused by the system; with the time the process
 * started it is unique. Linux tells both in /proc; elsewhere only the pid is known and said so.
 */
import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Start in clock ticks after boot (field 22 of /proc/PID/stat); null where there is no /proc. */
  readonly startTicks: string | null;
}

/** Fields 3 and up of /proc/PID/stat; null when there is none. Field 2, the command, may hold spaces and ). */
function statFields(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

export function startTicks(pid: number): string | null {
  return statFields(pid)?.[19] ?? null;
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, startTicks: startTicks(pid) };
}

/** Whether a process with this number runs; one of another user counts, one that only waits to be reaped does not. */
export function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return statFields(pid)?.[0] !== 'Z';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' && statFields(pid)?.[0] !== 'Z';
  }
}

/** Whether this very process still runs; where there is no /proc, whether its number is in use. */
export function isSameProcessAlive({ pid, startTicks: ticks }: ProcessIdentity): boolean {
  if (!pidExists(pid)) return false;
  const now = startTicks(pid);
  return ticks === null || now === null || ticks === now;
}

/**
 * Command line of a process for a message, arguments after the second left out (they may hold
 * secrets); null when the system does not tell.
 */
export function commandOf(pid: number): string | null {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    return words.length === 0 ? null : words.slice(0, 2).join(' ');
  } catch {
    return null;
  }
}

/** `process 4711 (node dist/apps/pinfold/src/main.js)`. */
export function describeProcess(pid: number): string {
  const command = commandOf(pid);
  return command === null ? `process ${pid}` : `process ${pid} (${command})`;
}
