/** `POST /terminals/keys`: a terminal asks the switch for new working keys. */
import type { AtmFleet } from '@pinfold/flows';
import { ProblemError, type Route, route } from '@pinfold/platform';
import { z } from 'zod';

export function keyChangeRoute(fleet: AtmFleet): Route {
  return route({
    method: 'POST',
    path: '/terminals/keys',
    summary: 'A terminal asks the switch for a new TPK and TAK (0800, 101)',
    body: z.strictObject({ terminal: z.string().regex(/^[A-Z0-9]{8}$/) }),
    answer: z.object({ terminal: z.string() }),
    problems: ['not-found'],
    handle: ({ body: { terminal } }) => {
      if (!fleet.terminals().some((known) => known.terminal === terminal)) {
        throw new ProblemError('not-found', 'no terminal of this name');
      }
      fleet.changeKeys(terminal);
      return { terminal };
    },
  });
}
