/** Calls from the operator's process to the ATM process, with the token that both read from the data folder. */
import { PROBLEMS, type ProblemCode, ProblemError, type Secret } from '@pinfold/platform';
import type { ServiceProcess } from './child-process.js';

export type CallAtm = (path: string, body: unknown) => Promise<unknown>;

const LONGEST_CALL_MS = 310_000;

export function atmCaller(o: { atm: Pick<ServiceProcess, 'fetch'>; token: Secret }): CallAtm {
  return async (path, body) => {
    let response: Response;
    try {
      response = await o.atm.fetch(path, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${o.token.reveal()}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(LONGEST_CALL_MS),
      });
    } catch {
      throw new ProblemError('unavailable', 'the ATM process does not answer');
    }
    const document = (await response.json().catch(() => ({}))) as {
      code?: string;
      detail?: string;
    };
    if (response.ok) return document;
    const code =
      document.code !== undefined && document.code in PROBLEMS ? document.code : 'internal';
    throw new ProblemError(code as ProblemCode, document.detail);
  };
}
