import { connect, createServer, type Server, type Socket } from 'node:net';
import { HsmPool, inProcessClient, jobsClient, measuredPool } from '@pinfold/hsm-client';
import { createLogger, Metrics } from '@pinfold/platform';
import { benchDevice } from '../../../libs/hsm/src/testing.js';
import { until } from '../../../libs/platform/src/testing/until.js';
import { startDevicePort } from './index.js';

const logger = createLogger({ service: 'test', form: 'json', level: 'silent' });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A line that can be cut in the middle of whatever is on it, as when a process is killed. */
class Line {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  port = 0;

  constructor(readonly to: number) {}

  async up(): Promise<void> {
    const server = createServer((socket) => {
      const other = connect(this.to, '127.0.0.1');
      for (const end of [socket, other]) {
        this.#sockets.add(end);
        end.on('error', () => undefined);
        end.once('close', () => {
          this.#sockets.delete(end);
          socket.destroy();
          other.destroy();
        });
      }
      socket.pipe(other).pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as { port: number }).port;
    this.#server = server;
  }

  cut(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
}

const open: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

it('retries what was in flight when a device dies, in its time limit, in turn for both', async () => {
  const bench = benchDevice({ mode: 'hardened' });
  const made = bench.device.execute(bench.as('production'), 'GenerateWorkingKey', {
    usage: 'TAK',
    algorithm: 'T',
  });
  const key = made.ok ? made.value.key : '';
  const lines: Line[] = [];
  for (let i = 0; i < 2; i++) {
    const device = bench.device.clone();
    const session = device.session({ name: 'production', role: 'production' });
    const client = inProcessClient(device, session);
    const port = await startDevicePort({ port: 0, logger, client: () => client });
    const line = new Line(port.port);
    lines.push(line);
    await line.up();
    open.push(
      () => port.close(),
      () => line.cut(),
    );
  }
  const metrics = new Metrics({ service: 'test', process: false });
  const pool: HsmPool = measuredPool(metrics, {
    urls: lines.map(({ port }) => ({ host: '127.0.0.1', port })),
    healthMs: 50,
    backOffMs: [20, 100],
  });
  open.push(() => pool.close());
  const client = jobsClient(pool, 'acq1', 'production');
  const up = () => pool.status().filter(({ state }) => state === 'up').length;
  let going = true;
  let done = 0;
  let slowest = 0;
  const workers = Array.from({ length: 32 }, async () => {
    while (going) {
      const from = performance.now();
      const jobs = [{ key, data: new Uint8Array(64) }];
      const [answer] = await client.run('GenerateMac', jobs);
      slowest = Math.max(slowest, performance.now() - from);
      expect(answer?.ok).toBe(true);
      done++;
    }
  });
  for (const line of [lines[0]!, lines[1]!, lines[0]!]) {
    await pause(100);
    line.cut();
    await until(() => up() < 2);
    await pause(100);
    await line.up();
    await until(() => up() === 2, { tell: () => pool.status() });
  }
  going = false;
  await Promise.all(workers);
  expect(done).toBeGreaterThan(100);
  expect(slowest).toBeLessThan(2_500);
  const { body } = await metrics.text();
  expect(body).toMatch(/pinfold_hsm_pool_events_total\{event="down".*\} 3/);
  expect(body).toMatch(/pinfold_hsm_pool_up_count\{.*\} 2/);
  expect(body.match(/pinfold_hsm_device_breaker_closed_info\{.*\} 1/g)).toHaveLength(2);
  expect(body).not.toMatch(/event="unavailable"/);
});
