import http, { type IncomingHttpHeaders } from 'node:http';
import { Controller, Get, Module } from '@nestjs/common';
import { z } from 'zod';
import { Health } from '../health/health.js';
import { createLogger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { Secret } from '../secret/secret.js';
import { PROBLEMS, ProblemError } from './problem.js';
import { BODY_BYTES_MAX, route } from './routes.js';
import { type HttpServer, startHttp } from './server.js';

const logLines: string[] = [];
const logger = createLogger({
  service: 'test',
  form: 'json',
  level: 'info',
  destination: { write: (line: string) => void logLines.push(line) },
});
const TOKEN = 'A'.repeat(43);
const health = new Health();
const gate = health.gate('database', 'connecting');

const routes = [
  route({
    method: 'POST',
    path: '/withdrawals/:terminal',
    summary: 'Withdraws cash',
    params: z.object({ terminal: z.string().regex(/^ATM\d{5}$/) }),
    query: z.object({ dry: z.enum(['yes', 'no']).default('no') }),
    body: z.strictObject({
      pan: z.string().regex(/^\d{16}$/, 'a card number has 16 digits'),
      amountMinor: z.int().positive(),
    }),
    answer: z.object({ approved: z.boolean(), terminal: z.string(), dry: z.string() }),
    status: 201,
    problems: ['unavailable'],
    handle: ({ params, query, body }) => {
      if (body.amountMinor === 1)
        throw new ProblemError('unavailable', 'the switch is down', { retryAfterS: 5 });
      if (body.amountMinor === 2) throw new Error(`internal ${body.pan}`);
      return { approved: true, terminal: params.terminal, dry: query.dry, pin: '1234' } as never;
    },
  }),
  route({
    method: 'GET',
    path: '/banner',
    summary: 'Who is there',
    open: true,
    answer: z.object({ name: z.string() }),
    handle: () => ({ name: 'pinfold' }),
  }),
];

@Controller('nest')
class NestController {
  @Get()
  hello() {
    return { hello: true };
  }
}
@Module({ controllers: [NestController] })
class NestModule {}

let server: HttpServer;
beforeAll(async () => {
  server = await startHttp({
    port: 0,
    logger,
    health,
    metrics: new Metrics({ service: 'test' }),
    info: { title: 'Test', version: '1' },
    token: Secret.of(TOKEN),
    routes,
    readyMembers: () => ({ mode: 'hardened' }),
    modules: [NestModule],
  });
});
afterAll(() => server.close());

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: () => Record<string, unknown>;
}

/** Plain node:http, because fetch does not let a Host header be set. */
function ask(
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        host: '127.0.0.1',
        port: server.port,
        method,
        path,
        headers: options.headers,
        agent: false,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: () => JSON.parse(text),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}

const authorized = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
const withdrawal = (body: unknown, headers: Record<string, string> = authorized, query = '') =>
  ask('POST', `/withdrawals/ATM00001${query}`, { headers, body: JSON.stringify(body) });
const GOOD = { pan: '4000000000000015', amountMinor: 5000 };

describe('what is open', () => {
  it('tells health: live, and ready with the reason until everything is up', async () => {
    expect((await ask('GET', '/health/live')).json()).toEqual({ status: 'ok', checks: {} });
    const before = await ask('GET', '/health/ready');
    expect(before.status).toBe(503);
    expect(before.json()).toEqual({
      mode: 'hardened',
      status: 'unavailable',
      checks: { database: { status: 'down', reason: 'connecting' } },
    });
    gate.up();
    expect((await ask('GET', '/health/ready')).status).toBe(200);
  });

  it('serves metrics as Prometheus text', async () => {
    const answer = await ask('GET', '/metrics');
    expect(answer.headers['content-type']).toContain('text/plain');
    expect(answer.text).toContain('pinfold_process_resident_memory_bytes');
  });

  it('serves the OpenAPI document made from the routes, and a page without scripts', async () => {
    const document = (await ask('GET', '/docs')).json();
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Test', version: '1' },
      paths: {
        '/withdrawals/{terminal}': {
          post: {
            security: [{ token: [] }],
            parameters: [
              { name: 'terminal', in: 'path', required: true },
              { name: 'dry', in: 'query', required: false },
            ],
            requestBody: {
              content: { 'application/json': { schema: { required: ['pan', 'amountMinor'] } } },
            },
            responses: {
              201: {},
              400: {},
              401: {},
              403: {},
              503: { description: '`unavailable`' },
            },
          },
        },
        '/banner': { get: { responses: { 200: {} } } },
      },
    });
    const page = await ask('GET', '/docs', { headers: { accept: 'text/html' } });
    expect(page.text).toContain('/withdrawals/:terminal');
    expect(page.text).not.toContain('<script');
  });

  it('serves an open route, and only in its own method', async () => {
    expect((await ask('GET', '/banner')).json()).toEqual({ name: 'pinfold' });
    expect((await ask('POST', '/banner')).status).toBe(401);
  });

  it('sets helmet’s headers and names no software', async () => {
    const { headers } = await ask('GET', '/health/live');
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringContaining("frame-ancestors 'self'"),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('what is guarded', () => {
  it('answers a request with the token', async () => {
    const answer = await withdrawal(GOOD, authorized, '?dry=yes');
    expect(answer.status).toBe(201);
    // A member that the answer does not declare does not leave.
    expect(answer.json()).toEqual({ approved: true, terminal: 'ATM00001', dry: 'yes' });
    expect((await ask('GET', '/nest', { headers: authorized })).json()).toEqual({ hello: true });
  });

  it.each([
    ['no token', { 'content-type': 'application/json' }],
    ['a wrong token', { ...authorized, authorization: `Bearer ${'B'.repeat(43)}` }],
    ['a prefix of the token', { ...authorized, authorization: `Bearer ${TOKEN.slice(0, 42)}` }],
    ['another scheme', { ...authorized, authorization: `Basic ${TOKEN}` }],
  ])('answers %s with 401, on any path', async (_, headers) => {
    for (const answer of [
      await withdrawal(GOOD, headers),
      await ask('GET', '/nowhere', { headers }),
      await ask('GET', '/nest', { headers }),
    ]) {
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.json()).toMatchObject({ code: 'unauthenticated', status: 401 });
    }
  });

  it.each([
    'evil.example',
    'evil.example:8080',
    '127.0.0.1.evil.example',
    'localhost.evil.example:1',
    '[::2]',
  ])('refuses Host "%s" with 403, also where no token is needed', async (host) => {
    for (const path of ['/health/live', '/metrics', '/nest']) {
      const answer = await ask('GET', path, { headers: { ...authorized, host } });
      expect([answer.status, path]).toEqual([403, path]);
    }
  });

  it.each(['127.0.0.1:1', 'localhost', 'LOCALHOST:8080', '[::1]:8080'])(
    'accepts Host %s',
    async (host) => {
      expect((await ask('GET', '/health/live', { headers: { host } })).status).toBe(200);
    },
  );

  it('refuses other pages, token or not, and accepts its own', async () => {
    const host = `127.0.0.1:${server.port}`;
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://127.0.0.1:${server.port + 1}` },
      { origin: `https://${host}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      const answer = await withdrawal(GOOD, { ...authorized, ...headers });
      expect([headers, answer.status, answer.json().code]).toEqual([
        headers,
        403,
        'origin-not-allowed',
      ]);
    }
    const own = { ...authorized, host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
    expect((await withdrawal(GOOD, own)).status).toBe(201);
  });
});

describe('problems', () => {
  it.each([
    ['an unknown path', () => ask('GET', '/nowhere', { headers: authorized }), 'not-found'],
    [
      'a plain form',
      () => withdrawal(GOOD, { ...authorized, 'content-type': 'text/plain' }),
      'unsupported-media-type',
    ],
    [
      'no JSON',
      () => ask('POST', '/withdrawals/ATM00001', { headers: authorized, body: '{' }),
      'bad-request',
    ],
    [
      'a wrong path part',
      () => ask('POST', '/withdrawals/1', { headers: authorized, body: '{}' }),
      'bad-request',
    ],
    ['a declared problem', () => withdrawal({ ...GOOD, amountMinor: 1 }), 'unavailable'],
    ['a bug', () => withdrawal({ ...GOOD, amountMinor: 2 }), 'internal'],
  ] as const)('answers %s as RFC 9457', async (_, request, code) => {
    const answer = await request();
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.status).toBe(PROBLEMS[code].status);
    expect(answer.json()).toMatchObject({
      type: `urn:pinfold:problem:${code}`,
      status: PROBLEMS[code].status,
      title: PROBLEMS[code].title,
      code,
    });
  });

  it('names the path of what is wrong and never the value', async () => {
    const answer = await withdrawal({ pan: '4000000000000015x', amountMinor: 0, pin1234: 1 });
    expect(answer.json()).toMatchObject({
      code: 'bad-request',
      detail: 'body.pan: a card number has 16 digits',
      issues: [
        { path: 'body.pan' },
        { path: 'body.amountMinor' },
        { problem: '1 members that are not known' },
      ],
    });
    expect(answer.text).not.toMatch(/4000000000000015|1234/);
  });

  it('shows nothing of a bug to the caller', async () => {
    const answer = await withdrawal({ ...GOOD, amountMinor: 2 });
    expect(answer.json()).toEqual({
      type: 'urn:pinfold:problem:internal',
      title: 'The server failed',
      status: 500,
      code: 'internal',
    });
    expect(logLines.join()).toContain('request failed');
  });

  it('carries a problem’s further members', async () => {
    expect((await withdrawal({ ...GOOD, amountMinor: 1 })).json()).toMatchObject({
      detail: 'the switch is down',
      retryAfterS: 5,
    });
  });

  it('takes a body at the limit and refuses one beyond, told or found', async () => {
    const body = (length: number) =>
      JSON.stringify({ ...GOOD, amountMinor: 5000 }).padEnd(length, ' ');
    const send = (length: number, headers = {}) =>
      ask('POST', '/withdrawals/ATM00001', {
        headers: { ...authorized, ...headers },
        body: body(length),
      });
    expect((await send(BODY_BYTES_MAX)).status).toBe(201);
    expect((await send(BODY_BYTES_MAX + 1)).status).toBe(413);
    expect((await send(BODY_BYTES_MAX + 1, { 'transfer-encoding': 'chunked' })).status).toBe(413);
  });
});
