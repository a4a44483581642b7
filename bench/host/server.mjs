/**
 * The server process of the host benchmarks: host commands, or an echo on the same framing.
 * Asked over the process channel, it says what processor time it has used or what memory it holds.
 */
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
  host: ({ startHostPort }) => startHostPort({ port: 0, device: { mode: 'legacy' }, logger }),
};

/** After a collection, where the process was started with `--expose-gc`. */
function memory() {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { rss, heapUsed, external, arrayBuffers };
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
