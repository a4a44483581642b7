/** `POST /cards/show`: a demo card with its PIN. The number is in the body: paths end in logs. */
import { ISSUERS } from '@pinfold/flows';
import { IDENTITIES, issuerTopology, wireOf } from '@pinfold/institution';
import { ProblemError, type Route, route } from '@pinfold/platform';
import { accountStatement } from '@pinfold/storage';
import { z } from 'zod';
import type { IssuerParts } from '../network/open-network.js';

const LAST_LINES = 10;

const answerSchema = z.object({
  pan: z.string(),
  pin: z.string(),
  expiry: z.string(),
  status: z.string(),
  pinTriesUsed: z.number(),
  balanceMinor: z.number(),
  openingMinor: z.number(),
  currency: z.string(),
  entries: z.array(z.object({ at: z.string(), rrn: z.string(), amountMinor: z.number() })),
});

export interface CardSources {
  readonly issuers: ReadonlyMap<string, IssuerParts>;
  readonly seed: string;
}

export function cardRoute(sources: CardSources): Route {
  return route({
    method: 'POST',
    path: '/cards/show',
    summary: 'A demo card: PIN, expiry, balance, last postings. Demo devices only',
    body: z.strictObject({ pan: z.string().regex(/^\d{12,19}$/) }),
    answer: answerSchema,
    problems: ['bad-request', 'not-found', 'forbidden'],
    handle: async ({ body: { pan } }) => {
      const facts = ISSUERS.find(({ cardPrefix }) => pan.startsWith(cardPrefix));
      const parts = facts && sources.issuers.get(facts.id);
      if (parts === undefined) throw unknownCard();
      const { store, institution, keys, facts: issuer } = parts;
      const key = wireOf(keys, issuerTopology(issuer.id)).indexOf(pan);
      const view = await store.card(key);
      if (view === undefined) throw unknownCard();
      const hsm = institution.as(IDENTITIES.production);
      const [shown] = await hsm.run('ShowDemoPin', [{ pan, seed: sources.seed }]);
      if (!shown?.ok) throw new ProblemError('forbidden', 'only a demo device shows PINs');
      const { card, balanceMinor, openingMinor } = view;
      const { accountId } = card;
      const lines = await accountStatement(parts.database, { accountId, limit: LAST_LINES });
      return {
        pan,
        pin: shown.value.pin,
        expiry: card.expiry,
        status: card.status,
        pinTriesUsed: card.tries,
        balanceMinor: Number(balanceMinor),
        openingMinor: Number(openingMinor),
        currency: 'EUR',
        entries: lines.map(({ atMs, rrn, amountMinor }) => ({
          at: new Date(atMs).toISOString(),
          rrn,
          amountMinor: Number(amountMinor),
        })),
      };
    },
  });
}

const unknownCard = (): ProblemError =>
  new ProblemError('not-found', 'no issuer of this network has that card');
