/** Talks to the running system over its control API, found through the data folder. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CommandFailure, EXIT, environmentFailure } from './exit.js';

/** What a running system leaves in its data folder for the commands. */
export const RUNTIME_FILE = 'runtime.json';
export const TOKEN_FILE = 'api-token';

const runtimeSchema = z.object({
  pid: z.number().int().positive(),
  http: z.number().int().min(1).max(65_535),
});

const problemSchema = z.object({
  code: z.string().optional(),
  title: z.string().optional(),
  detail: z.string().optional(),
});

const REQUEST_TIMEOUT_MS = 60_000;

export interface RunningSystem {
  readonly pid: number;
  readonly http: number;
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
}

/** Fails with one line when nothing runs on this data folder. */
export function findRunningSystem(dataDir: string): RunningSystem {
  const path = join(dataDir, RUNTIME_FILE);
  if (!existsSync(path)) throw nothingRuns(dataDir);
  const parsed = runtimeSchema.safeParse(readJson(path));
  if (!parsed.success || !isAlive(parsed.data.pid)) throw nothingRuns(dataDir);
  const { pid, http } = parsed.data;
  const token = readToken(dataDir);
  const call = (method: string, route: string, body?: unknown): Promise<unknown> =>
    request({ method, url: `http://127.0.0.1:${http}${route}`, token, body });
  return {
    pid,
    http,
    get: (route) => call('GET', route),
    post: (route, body) => call('POST', route, body),
  };
}

const nothingRuns = (dataDir: string): CommandFailure =>
  environmentFailure(
    'NOT_RUNNING',
    `nothing runs on the data folder ${dataDir}; start it with 'npm start', or name another with PINFOLD_DATA_DIR`,
  );

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function readToken(dataDir: string): string {
  try {
    return readFileSync(join(dataDir, TOKEN_FILE), 'utf8').trim();
  } catch {
    throw environmentFailure(
      'TOKEN_UNREADABLE',
      `the file ${TOKEN_FILE} in ${dataDir} cannot be read by this user; run the command as the user that started the system`,
    );
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function request(options: {
  method: string;
  url: string;
  token: string;
  body?: unknown;
}): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(options.url, {
      method: options.method,
      headers: {
        authorization: `Bearer ${options.token}`,
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  } catch {
    throw environmentFailure('NO_ANSWER', `the running system does not answer at ${options.url}`);
  }
  const document: unknown = await response.json().catch(() => undefined);
  if (response.ok) return document;
  const problem = problemSchema.safeParse(document).data ?? {};
  throw new CommandFailure(
    problem.code ?? `HTTP_${response.status}`,
    problem.detail ?? problem.title ?? `the running system answered ${response.status}`,
    response.status === 503 ? EXIT.environment : EXIT.refused,
  );
}
