/**
 * The HTTP server of a program: a Nest application on Express with the guards in front, health, metrics and
 * the OpenAPI document built in, and the program's own routes from its table.
 *
 * Limits: 256 connections, 10 s for headers, 30 s for a request, 64 KiB for a body.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ArgumentsHost, DynamicModule, ExceptionFilter, Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import type { Health } from '../health/health.js';
import type { Logger } from '../logging/logger.js';
import { NestLogger } from '../logging/nest-logger.js';
import type { Metrics } from '../metrics/metrics.js';
import { PortTakenError } from '../process/port-holder.js';
import type { Secret } from '../secret/secret.js';
import { type AccessPolicy, LOOPBACK_HOSTS, refuse } from './access.js';
import { type OpenApiInfo, openApiDocument, openApiPage } from './openapi.js';
import { asProblem, ProblemError, problemDocument } from './problem.js';
import { type Route, readInput, sendJson } from './routes.js';

export interface HttpOptions {
  readonly port: number;
  /** Name of the variable that sets the port, for the line that says it is taken. */
  readonly portVariable?: string;
  /** Default 127.0.0.1. */
  readonly listen?: string;
  /** Host names accepted beside the loopback ones. */
  readonly hosts?: readonly string[];
  readonly logger: Logger;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly info: OpenApiInfo;
  /** Of the control API; null serves the open routes alone. */
  readonly token: Secret | null;
  readonly routes?: readonly Route[];
  /** Further members of `GET /health/ready`: ports chosen, mode. */
  readonly readyMembers?: () => Readonly<Record<string, unknown>>;
  /** How long open requests may go on after `close`; then their connections are cut. Default 5 s. */
  readonly closeGraceMs?: number;
  /** Nest modules with controllers of their own; they stand behind the same guards. */
  readonly modules?: readonly (Type | DynamicModule)[];
}

export interface HttpServer {
  readonly port: number;
  readonly app: NestExpressApplication;
  /** No new connections; open requests may finish within `closeGraceMs`. */
  close(): Promise<void>;
}

class HttpModule {}

type Next = (error?: unknown) => void;
interface HttpRequest extends IncomingMessage {
  readonly path: string;
  readonly params: Record<string, string>;
  readonly query: Record<string, unknown>;
}

/** Paths that never need a token; documented with the rest. */
const OPEN_PATHS: ReadonlySet<string> = new Set([
  '/health/live',
  '/health/ready',
  '/metrics',
  '/docs',
]);

/** Starts listening; throws PortTakenError naming the process that has the port. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { logger } = options;
  // Nest takes most of a second to load: commands that start no server do not pay for it.
  await import('reflect-metadata');
  const { NestFactory } = await import('@nestjs/core');
  const app = await NestFactory.create<NestExpressApplication>(
    { module: HttpModule, imports: [...(options.modules ?? [])] },
    {
      logger: new NestLogger(logger),
      bodyParser: false,
      abortOnError: false,
      forceCloseConnections: false,
    },
  );
  app.disable('x-powered-by');
  app.use(helmet());
  app.use(accessMiddleware(policyOf(options)));
  mountBuiltIn(app, options);
  for (const route of options.routes ?? []) mount(app, route, logger);
  app.useGlobalFilters(new ProblemFilter(logger));
  await app.init();
  const server = app.getHttpServer() as Server;
  server.maxConnections = 256;
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 5_000;
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    app,
    close: async () => {
      const cut = setTimeout(() => server.closeAllConnections(), options.closeGraceMs ?? 5_000);
      server.closeIdleConnections();
      await app.close();
      clearTimeout(cut);
    },
  };
}

function policyOf(options: HttpOptions): AccessPolicy {
  const openRoutes = (options.routes ?? []).filter((route) => route.open);
  const bad = openRoutes.find(({ path }) => path.includes(':'));
  if (bad !== undefined) throw new Error(`open route ${bad.path} must not have parameters`);
  const open = new Set(openRoutes.map(({ method, path }) => `${method} ${path}`));
  return {
    hosts: new Set([...LOOPBACK_HOSTS, ...(options.hosts ?? []).map((host) => host.toLowerCase())]),
    token: options.token,
    isOpen: (method, path) => {
      const asked = method === 'HEAD' ? 'GET' : method;
      return (asked === 'GET' && OPEN_PATHS.has(path)) || open.has(`${asked} ${path}`);
    },
  };
}

function accessMiddleware(policy: AccessPolicy) {
  return (request: HttpRequest, response: ServerResponse, next: Next) => {
    const { method = '', path, headers } = request;
    const problem = refuse({ method, path, headers }, policy);
    if (problem === null) next();
    else sendProblem(response, problem);
  };
}

function sendProblem(response: ServerResponse, error: unknown): void {
  const body = problemDocument(error);
  sendJson(response, {
    status: body.status,
    body,
    contentType: 'application/problem+json',
    headers: {
      ...(body.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      // What is left of a refused body is not read.
      ...(body.status === 413 || body.status === 415 ? { connection: 'close' } : {}),
    },
  });
}

function mount(app: NestExpressApplication, route: Route, logger: Logger): void {
  const handler = async (request: HttpRequest, response: ServerResponse) => {
    try {
      const { params, query } = request;
      const input = await readInput(route, { params, query, request });
      const body = route.answer.parse(await route.handle(input));
      sendJson(response, { status: route.status ?? 200, body });
    } catch (error) {
      report(error, request, logger);
      if (!response.headersSent) sendProblem(response, error);
      else response.destroy();
    }
  };
  const adapter = app.getHttpAdapter();
  const register = {
    GET: adapter.get,
    POST: adapter.post,
    PUT: adapter.put,
    DELETE: adapter.delete,
  };
  (register[route.method] as (path: string, handler: unknown) => void).call(
    adapter,
    route.path,
    handler,
  );
}

/** Only what the caller cannot have caused is worth a line; the path without its query, which may hold a card. */
function report(error: unknown, request: IncomingMessage, logger: Logger): void {
  if (asProblem(error).status < 500) return;
  const { method } = request;
  logger.error('request failed', {
    method,
    err: error instanceof Error ? error : new Error('not an error'),
  });
}

/** What Nest's own layers throw, unknown paths among it. */
class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<ServerResponse>();
    report(error, http.getRequest<IncomingMessage>(), this.logger);
    if (!response.headersSent) sendProblem(response, error);
  }
}

function mountBuiltIn(app: NestExpressApplication, options: HttpOptions): void {
  const { health, metrics, info } = options;
  const adapter = app.getHttpAdapter();
  const get = (
    path: string,
    answer: (request: HttpRequest, response: ServerResponse) => Promise<void>,
  ) =>
    adapter.get(path, (request: HttpRequest, response: ServerResponse) => {
      answer(request, response).catch((error: unknown) => {
        report(error, request, options.logger);
        sendProblem(response, new ProblemError('internal'));
      });
    });
  get('/health/live', async (_, response) => {
    const report = await health.live();
    sendJson(response, { status: report.status === 'ok' ? 200 : 503, body: report });
  });
  get('/health/ready', async (_, response) => {
    const report = await health.ready();
    const body = { ...options.readyMembers?.(), ...report };
    sendJson(response, { status: report.status === 'ok' ? 200 : 503, body });
  });
  get('/metrics', async (_, response) => {
    const { contentType, body } = await metrics.text();
    response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' });
    response.end(body);
  });
  const routes = options.routes ?? [];
  get('/docs', async (request, response) => {
    if (/text\/html/.test(request.headers.accept ?? '')) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(openApiPage(info, routes));
    } else {
      sendJson(response, { status: 200, body: openApiDocument(info, routes) });
    }
  });
}

async function listen(server: Server, options: HttpOptions): Promise<void> {
  const { port, portVariable: variable } = options;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortTakenError({ port, variable }) : error);
    });
    server.listen({ port, host: options.listen ?? '127.0.0.1' }, resolve);
  });
}
