import net from 'node:net';
import { z } from 'zod';
import { Health } from '../health/health.js';
import { createLogger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { EXIT_CODES, exitCodeOf } from '../process/exit-codes.js';
import { PortTakenError } from '../process/port-holder.js';
import { route } from './routes.js';
import { type HttpServer, startHttp } from './server.js';

const logger = createLogger({ service: 'test', form: 'json', level: 'silent' });

describe('the port', () => {
  const start = (port: number) =>
    startHttp({
      port,
      portVariable: 'PINFOLD_HTTP_PORT',
      logger,
      health: new Health(),
      metrics: new Metrics({ service: 'other', process: false }),
      info: { title: 'Other', version: '1' },
      token: null,
    });

  let server: HttpServer;
  beforeAll(async () => {
    server = await start(0);
  });
  afterAll(() => server.close());

  it('is on the loopback address alone', () => {
    expect(server.app.getHttpServer().address()).toMatchObject({ address: '127.0.0.1' });
  });

  it('when taken, stops the start with the process that has it', async () => {
    const error = await start(server.port).catch((caught) => caught);
    expect(error).toBeInstanceOf(PortTakenError);
    expect(exitCodeOf(error)).toBe(EXIT_CODES.environment.code);
    if (process.platform === 'linux') {
      expect(error.holder).toBe(process.pid);
      expect(error.message).toMatch(`port ${server.port} is taken by process ${process.pid} (`);
    }
    expect(error.message).toMatch('; stop it or set PINFOLD_HTTP_PORT');
  });

  it('is closed in the stated time, whatever a request still does', async () => {
    const slow = await startHttp({
      port: 0,
      logger,
      health: new Health(),
      metrics: new Metrics({ service: 'slow', process: false }),
      info: { title: 'Slow', version: '1' },
      token: null,
      closeGraceMs: 50,
      routes: [
        route({
          method: 'GET',
          path: '/slow',
          summary: 'Never answers',
          open: true,
          answer: z.object({}),
          handle: () => new Promise<never>(() => undefined),
        }),
      ],
    });
    const hanging = fetch(`http://127.0.0.1:${slow.port}/slow`).catch(() => 'cut');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await slow.close();
    expect(await hanging).toBe('cut');
  });

  it('is not opened with an open route that has parameters', async () => {
    const open = route({
      method: 'GET',
      path: '/cards/:pan',
      summary: 'x',
      open: true,
      answer: z.object({}),
      handle: () => ({}),
    });
    await expect(
      startHttp({
        port: 0,
        logger,
        health: new Health(),
        metrics: new Metrics({ service: 'x', process: false }),
        info: { title: 'x', version: '1' },
        token: null,
        routes: [open],
      }),
    ).rejects.toThrow('open route /cards/:pan must not have parameters');
  });

  it('is free again after close', async () => {
    const other = await start(0);
    const { port } = other;
    await other.close();
    const socket = net.connect(port, '127.0.0.1');
    await expect(
      new Promise((resolve, reject) => socket.on('connect', resolve).on('error', reject)),
    ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
