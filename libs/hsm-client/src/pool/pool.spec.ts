/** The pool itself: commands in, replies out, over real TCP against ports that say what they are told. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { listenWire, type WirePort } from '@pinfold/host-commands';
import { benchDevice } from '../../../hsm/src/testing.js';
import { until } from '../../../platform/src/testing/until.js';
import { jobsClient } from '../jobs/client.js';
import { answersReply, parseJobs } from '../jobs/frames.js';
import { openPort } from '../payshield/testing.js';
import { UNAVAILABLE_REASONS } from '../port.js';
import { HsmPool, type PoolEvent } from './pool.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** Well by NC, as long as `isWell`; the rest is for `say`: undefined is no answer. */
async function port(
  say: (command: string) => string | undefined,
  isWell: () => boolean = () => true,
): Promise<WirePort> {
  const opened = await listenWire({
    port: 0,
    minBytes: 6,
    answer: (messages, replies) => {
      for (let i = 0; i < messages.count; i++) {
        const text = messages.buffers[i]!.toString('latin1', messages.from[i], messages.end[i]);
        const command = text.slice(4);
        const reply = command !== 'NC' ? say(command) : isWell() ? 'ND00' : undefined;
        replies.text(reply === undefined ? '????not this one' : text.slice(0, 4) + reply);
      }
    },
  });
  open.push(opened);
  return opened;
}

function poolOf(ports: readonly { port: number }[], events: PoolEvent[] = []): HsmPool {
  const pool = new HsmPool({
    urls: ports.map((each) => ({ host: '127.0.0.1', port: each.port })),
    attemptMs: 200,
    waitMs: 300,
    healthMs: 50,
    backOffMs: [20, 80],
    observe: (event) => events.push(event),
  });
  open.push(pool);
  return pool;
}

const ONCE = { repeatable: false, elsewhere: { '41': 'HOST_41' } } as const;
const AGAIN = { ...ONCE, repeatable: true } as const;

it('gives the reply, whatever it says', async () => {
  const pool = poolOf([await port((command) => `${command[0]}!07${command}`)]);
  expect(await pool.send('XXhello', ONCE)).toBe('X!07XXhello');
});

it('goes to another device with what the first one did not do, repeatable or not', async () => {
  const bad = await port(() => 'XY41');
  const good = await port(() => 'XY00');
  const events: PoolEvent[] = [];
  const pool = poolOf([bad, good], events);
  await until(() => pool.status().every(({ state }) => state === 'up'));
  const replies = await Promise.all(Array.from({ length: 20 }, () => pool.send('XX', ONCE)));
  expect(new Set(replies)).toEqual(new Set(['XY00']));
  expect(events.filter(({ event }) => event === 'down')[0]).toEqual({
    device: `tcp://127.0.0.1:${bad.port}`,
    event: 'down',
    code: 'HOST_41',
  });
});

it('sends again what may be repeated, and nothing else, when no answer comes', async () => {
  const seen: string[] = [];
  const slow = await port((command) => void seen.push(command));
  const other = await port((command) => void seen.push(command));
  const pool = poolOf([slow, other]);
  await until(() => pool.status().every(({ state }) => state === 'up'));
  await expect(pool.send('XX1', ONCE)).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
  expect(seen).toEqual(['XX1']);
  await expect(pool.send('XX2', AGAIN)).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
  expect(seen.filter((each) => each === 'XX2').length).toBeGreaterThan(1);
});

it('sends jobs that may be repeated apart from those that may not', async () => {
  const held: string[][] = [];
  const say = (name: string) => (command: string) => {
    const { jobs } = parseJobs(command)!;
    held.push([name, ...jobs.map((job) => job.command)]);
    return answersReply(jobs.map((job) => ({ ok: true, value: job.command })));
  };
  const client = jobsClient(poolOf([await port(say('a'))]), 'acq1', 'production');
  const jobs = [
    'GenerateMac',
    'RegisterDecimalisationTable',
    'VerifyMac',
    'OpenCeremony',
    'Status',
  ];
  const answers = await client.execute(
    jobs.map((command) => ({ command, input: {} })) as unknown as Parameters<
      typeof client.execute
    >[0],
  );
  expect(answers).toEqual(jobs.map((value) => ({ ok: true, value })));
  expect(held.sort()).toEqual([
    ['a', 'GenerateMac', 'VerifyMac', 'Status'],
    ['a', 'RegisterDecimalisationTable', 'OpenCeremony'],
  ]);
});

it('says that an address is a host port of payShield commands, and goes on elsewhere', async () => {
  const host = await openPort('legacy');
  open.push(host);
  const events: PoolEvent[] = [];
  const pool = poolOf([host], events);
  const client = jobsClient(pool, 'acq1', 'production');
  const failed = client.execute([{ command: 'Status', input: {} }]);
  await expect(failed).rejects.toMatchObject({ code: 'HOST_NOT_A_DEVICE_PORT' });
  await expect(failed).rejects.toThrow('payshield://host:port');
  expect(UNAVAILABLE_REASONS.HOST_NOT_A_DEVICE_PORT).toContain('payshield://');
  expect(events).toContainEqual({
    device: `tcp://127.0.0.1:${host.port}`,
    event: 'down',
    code: 'HOST_NOT_A_DEVICE_PORT',
  });
  expect(pool.status()[0]!.lastError?.code).toBe('HOST_NOT_A_DEVICE_PORT');
  const { device, as } = benchDevice({ mode: 'legacy' });
  const right = await port((command) =>
    answersReply(device.executeMany(as('production'), parseJobs(command)!.jobs)),
  );
  const both = jobsClient(poolOf([host, right]), 'acq1', 'production');
  const made = await Promise.all(
    Array.from({ length: 10 }, () => both.run('GenerateWorkingKey', [{ usage: 'TPK' }])),
  );
  for (const [answer] of made) expect(answer?.ok).toBe(true);
});

it('reads the reply that has arrived before it calls it late, though itself was held up', async () => {
  const port = await slowDevice();
  const pool = new HsmPool({ urls: [{ host: '127.0.0.1', port }], attemptMs: 400 });
  open.push(pool);
  await until(() => pool.status()[0]!.state === 'up');
  const reply = pool.send('XX', ONCE);
  await pause(20);
  // From here on the loop looks at its timers first, then at its sockets.
  await new Promise((resolve) => setImmediate(resolve));
  const heldTo = Date.now() + 1_500;
  while (Date.now() < heldTo);
  expect(await reply).toBe('XY00');
  expect(pool.status()[0]).toMatchObject({ state: 'up', failures: 0 });
});

it('takes a device that answers other commands for well while NC waits behind them', async () => {
  let looks = 0;
  const busy = await port(
    (command) => `${command}00`,
    () => looks++ === 0,
  );
  const pool = poolOf([busy]);
  const end = Date.now() + 1_200;
  while (Date.now() < end) {
    expect(await pool.send('XX', ONCE)).toBe('XX00');
    await pause(20);
  }
  expect(looks).toBeGreaterThan(1);
  expect(pool.status()[0]).toMatchObject({ state: 'up', failures: 0 });
  // And one that answers nothing at all for gone.
  await until(() => pool.status()[0]!.state !== 'up');
});

it('looks at longer and longer intervals at a device that is well by NC and does nothing', async () => {
  const bad = await port(() => 'XY41');
  const events: PoolEvent[] = [];
  const pool = poolOf([bad], events);
  const end = Date.now() + 500;
  while (Date.now() < end) await pool.send('XX', AGAIN).catch(() => undefined);
  // Without growing pauses it would go down every 20 ms or so.
  expect(events.filter(({ event }) => event === 'down').length).toBeLessThan(12);
});

/** A process of its own that answers NC, and anything else, after 100 ms. */
const SLOW_DEVICE = `
require('node:net').createServer((socket) => {
  let kept = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    kept = Buffer.concat([kept, chunk]);
    while (kept.length >= 2 && kept.length >= 2 + kept.readUInt16BE(0)) {
      const text = kept.toString('latin1', 2, 2 + kept.readUInt16BE(0));
      kept = kept.subarray(2 + text.length);
      const reply = text.slice(0, 4) + (text.endsWith('NC') ? 'ND00' : 'XY00');
      setTimeout(() => socket.write(Buffer.from([0, reply.length, ...Buffer.from(reply)])), 100);
    }
  });
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
`;

async function slowDevice(): Promise<number> {
  const child = spawn(process.execPath, ['-e', SLOW_DEVICE], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  open.push({ close: async () => void child.kill('SIGKILL') });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return Number(line.toString());
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
