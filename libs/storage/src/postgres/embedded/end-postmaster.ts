/** Ending a server, whether it is our child or was taken over. Modes as pg_ctl has them. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { pidExists } from '@pinfold/platform';
import type { Binaries } from './binaries.js';
import { SERVER_ENVIRONMENT } from './cluster.js';

/** fast: sessions end, everything is written; immediate: as a crash, the next start recovers. */
export type ShutdownMode = 'fast' | 'immediate';

/** PostgreSQL 18, section 18.5. */
const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/** True when the server is gone in time. */
export async function endPostmaster(o: {
  pid: number;
  mode: ShutdownMode;
  timeoutMs: number;
  binaries: Binaries;
  clusterDir: string;
}): Promise<boolean> {
  if (process.platform === 'win32') {
    // Signals end a process at once there; pg_ctl knows the server's own way.
    spawn(o.binaries.pgCtl, ['stop', '-D', o.clusterDir, '-m', o.mode, '-W'], {
      stdio: 'ignore',
      env: SERVER_ENVIRONMENT,
    }).on('error', () => undefined);
  } else {
    try {
      process.kill(o.pid, SIGNALS[o.mode]);
    } catch {
      return !pidExists(o.pid);
    }
  }
  const deadline = Date.now() + o.timeoutMs;
  while (pidExists(o.pid)) {
    if (Date.now() > deadline) return false;
    await sleep(10);
  }
  return true;
}
