import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { framesOf, type WireLimits } from '@pinfold/host-commands';
import { createLogger } from '@pinfold/platform';
import { until } from '../../../libs/platform/src/testing/until.js';
import { type HostPort, startHostPort } from './index.js';
import { hostDevice } from './testing.js';

const logger = createLogger({ service: 'test', form: 'json', level: 'silent' });
const open: { close(): Promise<void> }[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const port of open.splice(0)) await port.close();
});

async function start(limits: Partial<WireLimits> = {}): Promise<HostPort> {
  const port = await startHostPort({ port: 0, device: hostDevice(), limits, logger });
  open.push(port);
  return port;
}

/** A client that keeps every byte it gets. */
async function client(port: HostPort) {
  const socket = connect(port.port, '127.0.0.1');
  sockets.push(socket);
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let got = Buffer.alloc(0);
  let wake = () => {};
  socket.on('data', (chunk: Buffer) => {
    got = Buffer.concat([got, chunk]);
    wake();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const reply = async (): Promise<string> => {
    while (got.length < 2 || got.length < 2 + got.readUInt16BE(0)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const end = 2 + got.readUInt16BE(0);
    const text = got.subarray(2, end).toString('latin1');
    got = got.subarray(end);
    return text;
  };
  return { socket, reply, closed };
}

interface Frame {
  readonly command: string;
  readonly expect: {
    readonly reply?: string;
    readonly alsoAccept?: string[];
    readonly pattern?: string;
  };
}

it('gives the published replies over TCP, many in flight, matched by header', async () => {
  const path = new URL('../../../vectors/payshield-frames.json', import.meta.url);
  const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Frame[] };
  const { socket, reply } = await client(await start());
  socket.write(framesOf(cases.map(({ command }, i) => `H${String(i).padStart(3, '0')}${command}`)));
  for (const [i, { expect: wanted }] of cases.entries()) {
    const text = await reply();
    expect(text.slice(0, 4)).toBe(`H${String(i).padStart(3, '0')}`);
    const body = text.slice(4);
    if (wanted.pattern !== undefined) expect(body).toMatch(new RegExp(wanted.pattern));
    else expect([wanted.reply, ...(wanted.alsoAccept ?? [])]).toContain(body);
  }
});

it('answers frames that come byte by byte', async () => {
  const { socket, reply } = await client(await start());
  for (const byte of framesOf(['0001NC', '0002B20002ok'])) socket.write(Uint8Array.of(byte));
  expect(await reply()).toMatch(/^0001ND00/);
  expect(await reply()).toBe('0002B300ok');
});

it.each([
  ['an oversize frame', Buffer.from([0xff, 0xff, 0x30])],
  ['a frame too short for a header and a command', Buffer.from([0, 5, 48, 48, 48, 48, 78])],
])('closes on %s, and serves others', async (_, bytes) => {
  const port = await start();
  const bad = await client(port);
  bad.socket.write(Buffer.concat([framesOf(['0001NC']), bytes]));
  expect(await bad.reply()).toMatch(/^0001ND00/);
  await bad.closed;
  const good = await client(port);
  good.socket.write(framesOf(['0001NC']));
  expect(await good.reply()).toMatch(/^0001ND00/);
});

it('cuts a client that trickles a frame, and one that says nothing', async () => {
  const port = await start({ frameMs: 150, idleMs: 300 });
  const slow = await client(port);
  const trickle = setInterval(() => slow.socket.write('0'), 20);
  slow.socket.write(Uint8Array.of(0x10, 0));
  await slow.closed;
  clearInterval(trickle);
  const silent = await client(port);
  await silent.closed;
  await until(() => port.connections === 0);
});

it('does not take for slow whose frame arrived while a command held the loop', async () => {
  const port = await start({ frameMs: 500 });
  const { socket, reply } = await client(port);
  const frame = framesOf(['0001NC']);
  socket.write(frame.subarray(0, 5));
  await until(() => port.connections === 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.write(frame.subarray(5));
  const heldTo = Date.now() + 1_500;
  while (Date.now() < heldTo);
  expect(await reply()).toMatch(/^0001ND00/);
});

it('has a limit of connections per address, and of replies not taken', async () => {
  const port = await start({ connectionsPerAddress: 2, unsentBytes: 200_000 });
  const first = await client(port);
  await client(port);
  const third = await client(port);
  await third.closed;
  first.socket.pause();
  const echo = framesOf(Array.from({ length: 40 }, () => `0001B27530${'x'.repeat(30_000)}`));
  const flood = setInterval(() => first.socket.write(echo), 5);
  await until(() => port.connections === 1);
  clearInterval(flood);
});

it('names in the log what was refused, for which field or setting, and what a client did wrong', async () => {
  const lines: string[] = [];
  const shown = createLogger({
    service: 'test',
    form: 'json',
    level: 'debug',
    destination: { write: (line) => lines.push(line) },
  });
  const port = await startHostPort({
    port: 0,
    device: hostDevice({ mode: 'hardened' }),
    logger: shown,
  });
  open.push(port);
  const { socket, reply, closed } = await client(port);
  socket.write(framesOf(['0001BUxx', '0002EI2102401']));
  expect(await reply()).toBe('0001BV15');
  expect(await reply()).toBe('0002EJ17');
  socket.write(Buffer.from([0, 0]));
  await closed;
  const said = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(said).toEqual([
    expect.objectContaining({ command: 'BU', code: '15', field: 'lengthFlag' }),
    expect.objectContaining({ command: 'EI', code: '17', setting: 'authorisation-needed' }),
    expect.objectContaining({ msg: 'host port', event: 'malformed' }),
  ]);
});
