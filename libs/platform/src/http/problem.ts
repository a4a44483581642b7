/**
 * Errors of the HTTP API: RFC 9457 `application/problem+json` with a stable `code`. The table is what a
 * caller may rely on; titles are for people. An error that is not in the table becomes `internal`, and
 * nothing of it is shown.
 */
import type { ZodError } from 'zod';

export const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request is not allowed in this form' },
  unauthenticated: { status: 401, title: 'A bearer token is needed' },
  'host-not-allowed': { status: 403, title: 'The Host header names no address of this server' },
  'origin-not-allowed': { status: 403, title: 'Requests from other web pages are not allowed' },
  forbidden: { status: 403, title: 'Not allowed' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  conflict: { status: 409, title: 'The state does not allow this now' },
  'too-large': { status: 413, title: 'The request is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'The server failed' },
  unavailable: { status: 503, title: 'Not ready' },
  'timed-out': { status: 504, title: 'No answer in time' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface ProblemDocument {
  /** `urn:pinfold:problem:CODE`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail?: string;
  readonly [member: string]: unknown;
}

/** Thrown by a handler; `detail` is shown to the caller: never a value of theirs that could be secret. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(
    readonly code: ProblemCode,
    readonly detail?: string,
    /** Further members of the document. */
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail ?? PROBLEMS[code].title);
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

export function problemDocument(error: unknown): ProblemDocument {
  const problem = asProblem(error);
  const { status, title } = PROBLEMS[problem.code];
  return {
    ...problem.members,
    type: `urn:pinfold:problem:${problem.code}`,
    title,
    status,
    code: problem.code,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
  };
}

/** Problems by status, for what Nest and Express throw. */
const CODE_OF_STATUS: ReadonlyMap<number, ProblemCode> = new Map(
  (Object.keys(PROBLEMS) as ProblemCode[])
    .filter((code) => !code.endsWith('-not-allowed') || code === 'method-not-allowed')
    .map((code) => [PROBLEMS[code].status, code]),
);

export function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  // Nest's HttpException has getStatus(), Express and its parsers set `status`.
  const { getStatus, status: given } = (error ?? {}) as { getStatus?: unknown; status?: unknown };
  const status = typeof getStatus === 'function' ? getStatus.call(error) : given;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new ProblemError(CODE_OF_STATUS.get(status) ?? 'bad-request');
  }
  return new ProblemError('internal');
}

/** What is wrong with a request, by path; the values stay out. */
export function invalidRequest(where: 'body' | 'query' | 'path', error: ZodError): ProblemError {
  const issues = error.issues.slice(0, 20).map((issue) => ({
    path: [where, ...issue.path.map(String)].join('.'),
    problem: issue.code === 'custom' ? issue.message : describeIssue(issue),
  }));
  const first = issues[0];
  const detail = first === undefined ? undefined : `${first.path}: ${first.problem}`;
  return new ProblemError('bad-request', detail, { issues });
}

/** zod's own messages quote keys of the input for unknown members; only their number is told. */
function describeIssue(issue: ZodError['issues'][number]): string {
  return issue.code === 'unrecognized_keys'
    ? `${issue.keys.length} members that are not known`
    : issue.message;
}
