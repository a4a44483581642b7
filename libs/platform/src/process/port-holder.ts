/**
 * Which process listens on a TCP port. Linux: /proc/net/tcp and tcp6 give the socket's inode, /proc/PID/fd
 * the process. Elsewhere, and for processes of other users, nobody tells.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { EnvironmentError } from './exit-codes.js';
import { describeProcess } from './identity.js';

const LISTEN = '0A';

/** Number of the process, or null when it cannot be told. */
export function portHolder(port: number): number | null {
  const inodes = listeningInodes(port);
  if (inodes.size === 0) return null;
  for (const pid of numbersIn('/proc')) {
    for (const fd of numbersIn(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined && inodes.has(inode)) return Number(pid);
    }
  }
  return null;
}

/** Columns: sl, local address (hex ip:port), remote address, state, …, inode (10th). */
function listeningInodes(port: number): Set<string> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = new Set<string>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of textOf(file).split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns[1]?.endsWith(suffix) === true && columns[3] === LISTEN) {
        inodes.add(columns[9] as string);
      }
    }
  }
  return inodes;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function numbersIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** A port that the program needs is in use. */
export class PortTakenError extends EnvironmentError {
  override readonly name = 'PortTakenError';
  readonly code = 'PORT_TAKEN';
  readonly holder: number | null;
  constructor(o: { port: number; variable?: string }) {
    const holder = portHolder(o.port);
    const who = holder === null ? 'another process' : describeProcess(holder);
    const how = o.variable === undefined ? '' : `; stop it or set ${o.variable}`;
    super(`port ${o.port} is taken by ${who}${how}`);
    this.holder = holder;
  }
}
