/**
 * What idle connections cost: the memory of a server process, after collections, before and after 256
 * connections that have each asked one thing and then say nothing.
 */
import { connect } from 'node:net';
import { startServer } from './processes.mjs';

const CONNECTIONS = 256;
/** Between two looks; memory has settled when three in a row are alike. */
const LOOK_MS = 500;
const LOOKS_MAX = 30;
const ALIKE_BYTES = 128 * 1024;
const NC = Buffer.from('\0\x060000NC', 'latin1');

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const kib = (bytes) => Math.round(bytes / 1024);

async function openOne(port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.write(NC);
  await new Promise((resolve) => socket.once('data', resolve));
  return socket;
}

async function settled(server) {
  const seen = [];
  while (seen.length < LOOKS_MAX) {
    seen.push(await server.ask('memory'));
    const last = seen.slice(-3).map(({ own }) => own);
    if (last.length === 3 && Math.max(...last) - Math.min(...last) < ALIKE_BYTES) break;
    await pause(LOOK_MS);
  }
  return seen.at(-1);
}

export async function idleMemory() {
  const server = await startServer('host', ['--expose-gc']);
  // What the first connections load and compile stays, and is not the connections' cost.
  const first = await Promise.all(Array.from({ length: 8 }, () => openOne(server.port)));
  for (const socket of first) socket.destroy();
  const before = await settled(server);
  const sockets = [];
  for (let i = 0; i < CONNECTIONS; i++) sockets.push(await openOne(server.port));
  const after = await settled(server);
  for (const socket of sockets) socket.destroy();
  const closed = await settled(server);
  server.stop();
  const heap = ({ heapUsed, external }) => heapUsed + external;
  return [
    {
      name: `${CONNECTIONS} idle connections, memory of the process`,
      value: kib(after.own - before.own),
      unit: 'KiB',
    },
    {
      name: `${CONNECTIONS} idle connections, heap and buffers`,
      value: kib(heap(after) - heap(before)),
      unit: 'KiB',
    },
    {
      name: 'after they closed, heap and buffers',
      value: kib(heap(closed) - heap(before)),
      unit: 'KiB',
    },
    { name: 'memory of the process before', value: kib(before.own), unit: 'KiB' },
  ];
}
