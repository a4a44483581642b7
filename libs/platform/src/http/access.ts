/**
 * Who may talk to the control API. It listens on the loopback address, which every web page in a browser
 * on this machine can reach too; so before the token, the Host header (DNS rebinding) and the Origin
 * (requests from other pages) are checked.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Secret } from '../secret/secret.js';
import { carriesToken } from './api-token.js';
import { ProblemError } from './problem.js';

export interface AccessPolicy {
  /** Host names, lower case, without port, that a request may name. */
  readonly hosts: ReadonlySet<string>;
  /** Null: no path but the open ones answers. */
  readonly token: Secret | null;
  /** Whether `METHOD /path` needs no token. */
  readonly isOpen: (method: string, path: string) => boolean;
}

export const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

export interface AccessRequest {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** What the request is refused with, or null. Order: Host, Origin, token. */
export function refuse(request: AccessRequest, policy: AccessPolicy): ProblemError | null {
  const { method, path, headers } = request;
  const host = headers.host?.toLowerCase() ?? '';
  if (!policy.hosts.has(host.replace(/:\d{1,5}$/, ''))) return new ProblemError('host-not-allowed');
  const reads = method === 'GET' || method === 'HEAD';
  const { origin } = headers;
  // Same origin or none (not a browser); a browser's own word about where the request comes from.
  const sameOrigin = origin === undefined || origin.toLowerCase() === `http://${host}`;
  const site = headers['sec-fetch-site'];
  const sameSite = site === undefined || site === 'same-origin' || site === 'none';
  const open = policy.isOpen(method, path);
  if (!(sameOrigin && sameSite) && !(reads && open)) return new ProblemError('origin-not-allowed');
  if (open) return null;
  if (policy.token === null || !carriesToken(headers.authorization, policy.token)) {
    return new ProblemError('unauthenticated');
  }
  return null;
}
