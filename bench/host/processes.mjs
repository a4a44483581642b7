/** Server processes for the host benchmarks, each on a core of its own where `taskset` is there. */
import { spawn, spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('./server.mjs', import.meta.url));
const CLIENT_CORE = 0;
const SERVER_CORE = 1;

/** Whether processes can be held to cores. */
export const pinned = cpus().length > 1 && spawnSync('taskset', ['-V']).status === 0;

/** Holds this process, which is the client, to its core. */
export function pinClient() {
  if (pinned) spawnSync('taskset', ['-a', '-p', '-c', String(CLIENT_CORE), String(process.pid)]);
}

/** `kind` is `host` or `echo`; `flags` are Node's. */
export function startServer(kind, flags = []) {
  const node = [process.execPath, ...flags, SERVER, kind];
  const [command, ...args] = pinned ? ['taskset', '-c', String(SERVER_CORE), ...node] : node;
  const child = spawn(command, args, {
    env: { ...process.env, PINFOLD_BENCH_BUILT: '1' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let ended;
  child.once('exit', (code) => ended?.(new Error(`the ${kind} server ended with ${code}`)));
  const answer = () =>
    new Promise((resolve, reject) => {
      ended = reject;
      child.once('message', resolve);
    });
  const ask = (question) => {
    const answered = answer();
    child.send(question);
    return answered;
  };
  return answer().then(({ port }) => ({
    port,
    ask,
    stop: () => child.kill('SIGKILL'),
    /** By itself, so that a profile is written. */
    end: () => child.disconnect(),
  }));
}
