/** `POST /reconciliations`: the three-way match over everything that is finished. */
import { paged, reconcile } from '@pinfold/flows';
import { type Route, route } from '@pinfold/platform';
import { z } from 'zod';
import type { Lines } from '../../../switch/src/index.js';
import type { HopStores } from '../narration/hops.js';

const answerSchema = z.object({
  clean: z.boolean(),
  withdrawals: z.number(),
  pending: z.number(),
  dispensedMinor: z.number(),
  postedMinor: z.number(),
  partnersMinor: z.number(),
  truncated: z.boolean(),
  ledgersSound: z.boolean(),
  cash: z.object({ insideMinor: z.number(), outMinor: z.number(), journalMinor: z.number() }),
  differences: z.array(
    z.object({
      kind: z.string(),
      rrn: z.string(),
      terminal: z.string(),
      dispensedMinor: z.number(),
      postedMinor: z.number(),
      atm: z.string(),
      switch: z.string(),
    }),
  ),
});

const EVERYTHING = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
/** Records that are not here: journals of terminals on lines, ledgers of partners. */
export interface Elsewhere {
  readonly terminals: ReadonlySet<string>;
  readonly issuers: ReadonlySet<string>;
}

export function elsewhereOf({ acquirers, issuers }: Lines): Elsewhere {
  return {
    terminals: new Set(acquirers.flatMap(({ terminals }) => terminals)),
    issuers: new Set(issuers.map(({ name }) => name)),
  };
}

/**
 * Withdrawals of terminals elsewhere are not compared; of those on cards of issuers elsewhere, the
 * journal is compared with the switch's record.
 */
export function reconciliationRoute(stores: HopStores, elsewhere: Elsewhere): Route {
  return route({
    method: 'POST',
    path: '/reconciliations',
    summary: 'Three-way match of ATM journals, switch records and issuer ledgers',
    body: z.strictObject({}),
    answer: answerSchema,
    handle: async () => {
      const issuers = [...stores.issuers.values()];
      const { fromMs, toMs } = EVERYTHING;
      const report = await reconcile({
        journal: paged((after, limit) => stores.atm.reconcilePage(after, limit)),
        switchRows: without(
          paged((after, limit) => stores.switch.reconcilePage(after, limit)),
          elsewhere.terminals,
        ),
        posted: issuers.map((store) =>
          without(store.postedByRrn(fromMs, toMs), elsewhere.terminals),
        ),
        partners: elsewhere.issuers,
      });
      const summaries = await Promise.all(issuers.map((store) => store.ledgerSummary()));
      const ledgersSound = summaries.every(({ sound }) => sound);
      const cash = await stores.atm.cashPosition();
      const counted = cash.outMinor === cash.journalMinor;
      return {
        ...report,
        clean: report.clean && ledgersSound && counted,
        dispensedMinor: Number(report.dispensedMinor),
        postedMinor: Number(report.postedMinor),
        partnersMinor: Number(report.partnersMinor),
        ledgersSound,
        cash: {
          insideMinor: Number(cash.insideMinor),
          outMinor: Number(cash.outMinor),
          journalMinor: Number(cash.journalMinor),
        },
        differences: report.differences.map((difference) => ({
          ...difference,
          dispensedMinor: Number(difference.dispensedMinor),
          postedMinor: Number(difference.postedMinor),
        })),
      };
    },
  });
}

async function* without<T extends { readonly terminal: string }>(
  rows: AsyncIterable<T>,
  terminals: ReadonlySet<string>,
): AsyncGenerator<T> {
  for await (const row of rows) if (!terminals.has(row.terminal)) yield row;
}
