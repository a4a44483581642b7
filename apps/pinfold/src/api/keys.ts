/**
 * Working keys as the switch keeps them: `GET /keys` lists owners, versions and check values, never a
 * token; `POST /links/keys` has new ones made for the link to an issuer.
 */
import { ISSUERS, type SwitchStore, wantZoneKeys } from '@pinfold/flows';
import { ProblemError, type Route, route } from '@pinfold/platform';
import { z } from 'zod';

const keySchema = z.object({
  owner: z.string(),
  usage: z.string(),
  version: z.number(),
  state: z.string(),
  checkValue: z.string(),
});

export function keyRoutes(store: SwitchStore): Route[] {
  return [
    route({
      method: 'GET',
      path: '/keys',
      summary: 'Keys that the switch shares with terminals and issuers: versions and check values',
      answer: z.object({ keys: z.array(keySchema) }),
      handle: async () => ({
        keys: (await store.keys()).map(({ owner, usage, version, state, checkValue }) => {
          return { owner, usage, version, state, checkValue };
        }),
      }),
    }),
    route({
      method: 'POST',
      path: '/links/keys',
      summary: 'The switch offers a new ZPK and ZAK to an issuer (0800, 101)',
      body: z.strictObject({ issuer: z.string().min(1).max(16) }),
      answer: z.object({ issuer: z.string() }),
      problems: ['not-found'],
      handle: async ({ body: { issuer } }) => {
        if (!ISSUERS.some(({ id }) => id === issuer)) {
          throw new ProblemError('not-found', `no such issuer; there are ${issuerNames()}`);
        }
        await wantZoneKeys(store, issuer);
        return { issuer };
      },
    }),
  ];
}

const issuerNames = (): string => ISSUERS.map(({ id }) => id).join(', ');
