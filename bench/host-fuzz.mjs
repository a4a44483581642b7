/**
 * Fuzzing of the host port over TCP: `npm run fuzz:host -- [--count N] [--seed N] [--mode legacy]`.
 *
 * Commands are made from the layouts, valid, and then one thing is broken; frames leave in pieces of any
 * size. Every whole frame must be answered with its header; what is no frame must be closed. At the end
 * the service answers NC, no bug was reported (code 41), and memory and descriptors are where they were.
 */
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { load } from './host-load.mjs';

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string' },
    mode: { type: 'string', default: 'legacy' },
    json: { type: 'boolean' },
  },
});
const COUNT = Number(options.count);
const SEED = Number(options.seed ?? Date.now() % 2 ** 31);
const CONNECTIONS = 8;
const BATCH = 256;
const BAD_CONNECTIONS = 2_000;
const LIMIT_MS = 10_000;
const say = (text) => process.stderr.write(`${text}\n`);
say(`seed ${SEED}`);

const { hostCommands, startHostPort, hostDevice } = await load();
const { HOST_COMMANDS, MUTATIONS, framesOf, keysFor, sampleCommand, seededNumbers } = hostCommands;
const random = seededNumbers(SEED);
const bugs = new Map();
const silent = () => undefined;
const logger = {
  debug: silent,
  info: silent,
  warn: silent,
  error: (_, { command, err }) => bugs.set(`${command}: ${err?.message}`, err?.stack),
};
const port = await startHostPort({
  port: 0,
  device: hostDevice(options.mode),
  limits: { frameMs: 400, connectionsPerAddress: 1_000, connections: 1_000 },
  logger,
});
const keyFor = keysFor(port.device);
const commands = [...HOST_COMMANDS.values()].filter(({ code }) => code !== 'RA');
const mutations = Object.values(MUTATIONS);
const descriptors = () => readdirSync('/proc/self/fd').length;
const memory = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

/** A client that counts whole replies and checks their headers. */
function open() {
  const socket = connect(port.port, '127.0.0.1');
  const { FrameReader } = hostCommands;
  const reader = new FrameReader(8, 65_535);
  const expected = [];
  const client = { socket, answered: 0, wrong: 0, expected, wake: silent, closed: false };
  socket.on('data', (chunk) => {
    reader.push(chunk, (buffer, from) => {
      const header = buffer.toString('latin1', from, from + 4);
      if (header !== expected.shift()) client.wrong++;
      client.answered++;
    });
    if (expected.length === 0) client.wake();
  });
  socket.on('error', silent);
  socket.once('close', () => {
    client.closed = true;
    client.wake();
  });
  return client;
}

const settled = (client) =>
  new Promise((resolve, reject) => {
    if (client.expected.length === 0 || client.closed) return resolve();
    const timer = setTimeout(
      () => reject(new Error(`no answer to ${client.expected.length} frames`)),
      LIMIT_MS,
    );
    client.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });

/** Writes in pieces of 1 byte up to everything. */
function writeInPieces(socket, bytes) {
  if (random() < 0.9) return socket.write(bytes);
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + Math.floor(random() * random() * 600);
    socket.write(bytes.subarray(at, at + size));
    at += size;
  }
}

let sequence = 0;
function messages(count) {
  const made = [];
  for (let i = 0; i < count; i++) {
    const command = commands[Math.floor(random() * commands.length)];
    const valid = sampleCommand(command, { random, keyFor, pinLength: 5 });
    const mutate = mutations[Math.floor(random() * mutations.length)];
    const header = (sequence++ % 36 ** 4).toString(36).padStart(4, '0');
    made.push(header + mutate(valid, random).slice(0, 30_000));
  }
  return made;
}

async function wellFramed() {
  const clients = Array.from({ length: CONNECTIONS }, open);
  let sent = 0;
  while (sent < COUNT) {
    for (const client of clients) {
      const made = messages(Math.min(BATCH, Math.max(0, COUNT - sent)));
      sent += made.length;
      client.expected.push(...made.map((each) => each.slice(0, 4)));
      writeInPieces(client.socket, framesOf(made));
    }
    await Promise.all(clients.map(settled));
    const lost = clients.find(({ closed, wrong }) => closed || wrong > 0);
    if (lost !== undefined)
      throw new Error(lost.closed ? 'a connection was closed' : 'wrong header');
    if (sent % 100_000 < CONNECTIONS * BATCH) say(`${sent} frames`);
  }
  for (const { socket } of clients) socket.destroy();
  return clients.reduce((sum, { answered }) => sum + answered, 0);
}

/** One frame of each command, cut in two at every byte. */
async function splitEverywhere() {
  const client = open();
  let count = 0;
  for (const command of commands) {
    const bytes = framesOf([`SPLT${sampleCommand(command, { random, keyFor, pinLength: 5 })}`]);
    for (let at = 1; at < Math.min(bytes.length, 300); at++) {
      client.expected.push('SPLT');
      client.socket.write(bytes.subarray(0, at));
      if (at % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
      client.socket.write(bytes.subarray(at));
      count++;
    }
    await settled(client);
  }
  client.socket.destroy();
  return count;
}

/** What is no frame: too long, too short, never finished, nothing at all. Each must be closed in time. */
async function badlyFramed() {
  const kinds = [
    () => Buffer.from([0xff, 0xff, 1, 2, 3]),
    () => Buffer.from([0, 3, 65, 66, 67]),
    () => Buffer.from([0, 200, 48, 48]),
    () => Buffer.from([0x7f, 0xff, ...Array(100).fill(48)]),
    () => Buffer.from([0]),
  ];
  for (let done = 0; done < BAD_CONNECTIONS; done += 200) {
    await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const client = open();
        client.socket.write(kinds[i % kinds.length]());
        await new Promise((resolve, reject) => {
          if (client.closed) return resolve();
          const timer = setTimeout(() => reject(new Error('a bad frame was not closed')), LIMIT_MS);
          client.socket.once('close', () => {
            clearTimeout(timer);
            resolve();
          });
        });
      }),
    );
  }
  return BAD_CONNECTIONS;
}

async function answersDiagnostics() {
  const client = open();
  client.expected.push('LAST');
  client.socket.write(framesOf(['LASTNC']));
  await settled(client);
  const { answered, wrong } = client;
  client.socket.destroy();
  return answered === 1 && wrong === 0;
}

let failure;
const started = Date.now();
let frames = 0;
let split = 0;
let closed = 0;
await answersDiagnostics();
const before = { memory: memory(), descriptors: descriptors() };
try {
  frames = await wellFramed();
  split = await splitEverywhere();
  closed = await badlyFramed();
  if (!(await answersDiagnostics())) failure = 'NC was not answered';
} catch (error) {
  failure = error.message;
}
await new Promise((resolve) => setTimeout(resolve, 500));
const after = { memory: memory(), descriptors: descriptors() };
if (bugs.size > 0) failure = `bugs in ${[...bugs.keys()].join('; ')}`;
const result = {
  seed: SEED,
  mode: options.mode,
  frames,
  split,
  closed,
  seconds: Math.round((Date.now() - started) / 100) / 10,
  heapGrownKiB: Math.round((after.memory - before.memory) / 1024),
  descriptorsGrown: after.descriptors - before.descriptors,
  failure: failure ?? null,
};
if (options.json) console.log(JSON.stringify(result));
else {
  for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(18)}${value}`);
}
for (const stack of bugs.values()) say(stack);
await port.close();
process.exit(failure === undefined ? 0 : 1);
