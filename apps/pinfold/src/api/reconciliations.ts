/** `POST /reconciliations`: the three-way match over everything that is finished. */
import { paged, reconcile } from '@pinfold/flows';
import { type Route, route } from '@pinfold/platform';
import { z } from 'zod';
import type { HopStores } from '../narration/hops.js';

const answerSchema = z.object({
  clean: z.boolean(),
  withdrawals: z.number(),
  pending: z.number(),
  dispensedMinor: z.number(),
  postedMinor: z.number(),
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
const NOBODY: ReadonlySet<string> = new Set();

/** `elsewhere`: terminals whose journals are not here; their withdrawals are not compared. */
export function reconciliationRoute(
  stores: HopStores,
  elsewhere: ReadonlySet<string> = NOBODY,
): Route {
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
          elsewhere,
        ),
        posted: issuers.map((store) => without(store.postedByRrn(fromMs, toMs), elsewhere)),
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
