/**
 * The server process of the host benchmarks: host commands, or an echo on the same framing. There are two
 * echoes: one on the port that the commands stand on, the harder baseline, and a plain one.
 * Asked over the process channel, it says what processor time it has used or what memory it holds.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { load } from '../host-load.mjs';

const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };

const KINDS = {
  /** Sends every message back as it came. */
  echo: async ({ hostCommands }) =>
    hostCommands.listenWire({
      port: 0,
      minBytes: 6,
      answer: ({ buffers, from, end, count }, replies) => {
        for (let i = 0; i < count; i++) replies.frame(buffers[i], from[i], end[i]);
      },
    }),
  /** As an echo is usually written: each message goes back in a write of its own, as it is read. */
  plain: () =>
    new Promise((resolve) => {
      const server = createServer((socket) => {
        let kept = Buffer.alloc(0);
        socket.setNoDelay(true);
        socket.on('error', () => socket.destroy());
        socket.on('data', (chunk) => {
          kept = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
          while (kept.length >= 2) {
            const end = 2 + kept.readUInt16BE(0);
            if (end > kept.length) break;
            socket.write(kept.subarray(0, end));
            kept = kept.subarray(end);
          }
        });
      });
      server.listen(0, '127.0.0.1', () => resolve(server.address()));
    }),
  host: ({ startHostPort, hostDevice }) =>
    startHostPort({ port: 0, device: hostDevice('legacy'), logger }),
};

/** After a collection, where the process was started with `--expose-gc`. */
function memory() {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return { own: ownMemory(), heapUsed, external };
}

/**
 * Pages that are the process's own, resident or swapped out: pages of files (the Node binary) come and go
 * as the machine pleases. Resident memory where there is no /proc.
 */
function ownMemory() {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
    return 1024 * (kib('RssAnon') + kib('VmSwap'));
  } catch {
    return process.memoryUsage.rss();
  }
}

const QUESTIONS = {
  cpu: () => process.cpuUsage(),
  memory,
};

const kind = process.argv[2];
const { port } = await KINDS[kind](await load());
process.on('message', (question) => process.send(QUESTIONS[question]()));
process.on('disconnect', () => process.exit(0));
process.send({ port });
