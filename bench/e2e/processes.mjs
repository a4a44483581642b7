/** CPU time and memory of processes, from /proc (Linux). Groups are PostgreSQL as a whole, or one process. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const MS_PER_TICK = 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const KIB = 1024;

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Fields of /proc/PID/stat from the third on (proc(5)); empty when the process is gone. */
function statOf(pid) {
  const text = read(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** The process and its children. */
function familyOf(pid) {
  const children = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && Number(statOf(name)[1]) === pid,
  );
  return [pid, ...children.map(Number)];
}

/** CPU in ms since the start: of a process, or of a server with its children, ended ones included. */
export function cpuMs({ pid, withChildren = false }) {
  const own = (id, from, to) =>
    statOf(id)
      .slice(from, to)
      .reduce((sum, ticks) => sum + Number(ticks), 0) * MS_PER_TICK;
  if (!withChildren) return own(pid, 11, 13);
  const [parent, ...children] = familyOf(pid);
  return children.reduce((sum, id) => sum + own(id, 11, 13), own(parent, 11, 15));
}

/** Resident memory in MiB. Pages that a server shares with its children count once (Pss). */
export function memoryMiB({ pid, withChildren = false }) {
  const kib = (text, name) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
  if (!withChildren) return kib(read(`/proc/${pid}/status`), 'VmRSS') / KIB;
  const parts = familyOf(pid).map((id) => kib(read(`/proc/${id}/smaps_rollup`), 'Pss'));
  return parts.reduce((sum, part) => sum + part, 0) / KIB;
}

/** Busy share of the whole machine between two calls, in CPUs: shows what the neighbours take. */
export function machineCpuMs() {
  const [, user, nice, system, , , irq, softirq] = read('/proc/stat').split('\n')[0].split(/\s+/);
  return [user, nice, system, irq, softirq].reduce((sum, t) => sum + Number(t), 0) * MS_PER_TICK;
}
