/** `GET /lines`. */
import { type Route, route } from '@pinfold/platform';
import { type LineState, linesAnswerSchema } from './line-state.js';

/** Open, as health and metrics are. */
export function linesRoute(states: () => readonly LineState[]): Route {
  return route({
    method: 'GET',
    path: '/lines',
    summary: 'The ISO 8583 lines: connections, terminals signed on, what happened last',
    open: true,
    answer: linesAnswerSchema,
    handle: () => ({ lines: [...states()] }),
  });
}
