/**
 * A route of the HTTP API, declared once: from it come the handler's checked input, the checked answer, the
 * OpenAPI document and the list of paths that need no token.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { invalidRequest, type ProblemCode, ProblemError } from './problem.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface RouteInput<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
}

export interface Route<P = unknown, Q = unknown, B = unknown, A = unknown> {
  readonly method: Method;
  /** `/cards/:pan`. */
  readonly path: string;
  readonly summary: string;
  /** Needs no token. */
  readonly open?: boolean;
  readonly params?: z.ZodType<P>;
  readonly query?: z.ZodType<Q>;
  readonly body?: z.ZodType<B>;
  /** Checked before it is sent: members that are not declared do not leave. */
  readonly answer: z.ZodType<A>;
  /** Status of a good answer, when it is not 200. */
  readonly status?: number;
  /** Problems that the handler may throw, for the document. */
  readonly problems?: readonly ProblemCode[];
  readonly handle: (input: RouteInput<P, Q, B>) => Promise<A> | A;
}

/** Keeps the types of a declaration while it goes into a list of routes. */
export function route<P, Q, B, A>(declaration: Route<P, Q, B, A>): Route {
  return declaration as unknown as Route;
}

export const BODY_BYTES_MAX = 65_536;
const BODY_TIMEOUT_MS = 10_000;

/** The request's parts as the route declares them; throws ProblemError. */
export async function readInput(
  declaration: Route,
  raw: { params: unknown; query: unknown; request: IncomingMessage },
): Promise<RouteInput<unknown, unknown, unknown>> {
  const part = (
    where: 'path' | 'query' | 'body',
    schema: z.ZodType | undefined,
    value: unknown,
  ) => {
    if (schema === undefined) return undefined;
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw invalidRequest(where, parsed.error);
    return parsed.data;
  };
  const params = part('path', declaration.params, raw.params);
  const query = part('query', declaration.query, raw.query);
  const json = declaration.body === undefined ? undefined : await readJson(raw.request);
  return { params, query, body: part('body', declaration.body, json) };
}

/** A JSON body of at most BODY_BYTES_MAX, within ten seconds. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type'] ?? '';
  // Anything but JSON a page could send without asking (a plain form) stays out.
  if (!/^application\/json\s*(;|$)/i.test(type)) throw new ProblemError('unsupported-media-type');
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) {
    throw new ProblemError('too-large', `at most ${BODY_BYTES_MAX} bytes`);
  }
  const text = await new Promise<string>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => fail(new ProblemError('timed-out')), BODY_TIMEOUT_MS);
    const fail = (error: unknown) => {
      clearTimeout(timer);
      request.pause();
      reject(error);
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_BYTES_MAX)
        fail(new ProblemError('too-large', `at most ${BODY_BYTES_MAX} bytes`));
      else chunks.push(chunk);
    });
    request.on('end', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
    request.on('error', fail);
    request.on('close', () => fail(new ProblemError('bad-request')));
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new ProblemError('bad-request', 'body: not JSON');
  }
}

export function sendJson(
  response: ServerResponse,
  o: { status: number; body: unknown; contentType?: string; headers?: Record<string, string> },
): void {
  const text = `${JSON.stringify(o.body)}\n`;
  response.writeHead(o.status, {
    'content-type': o.contentType ?? 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...o.headers,
  });
  response.end(text);
}
