import { WITHDRAWAL_TRANSITIONS } from '@pinfold/flows';
import { atmStoreContract, sampleWithdrawal } from '../../../flows/src/atm/store.contract.js';
import type { Database } from '../postgres/database.js';
import { withTestDatabase } from '../postgres/testing.js';
import { PostgresAtmStore } from './atm-store.js';
import { atmMigrations, LEGAL_CHANGES } from './migrations.js';

const database = withTestDatabase();
let opened: Database | undefined;

async function fresh(): Promise<PostgresAtmStore> {
  opened ??= await database().open({ schema: 'atm', migrations: atmMigrations });
  await opened.query('TRUNCATE terminals, cassettes, withdrawals');
  return new PostgresAtmStore(opened, 'f');
}

atmStoreContract('PostgreSQL', fresh);

describe('ATM schema', () => {
  it('allows the state changes of the transition table and no others', () => {
    const changes = Object.entries(WITHDRAWAL_TRANSITIONS).flatMap(([from, row]) =>
      Object.values(row).flatMap((to) => (from === to ? [] : [`${from}>${to}`])),
    );
    expect([...new Set(changes)].sort()).toEqual([...LEGAL_CHANGES].sort());
  });

  it('shows a fleet its own terminals, withdrawals and cash only', async () => {
    const store = await fresh();
    const terminal = { algorithm: 'T', padState: Uint8Array.of(1), lastStan: 0 } as const;
    const cassette = { position: 1, denominationMinor: 1_000n, notes: 5, loaded: 5 };
    const own = { terminal: 'ATM00001' };
    await store.transact((tx) =>
      tx.save({
        terminals: [{ ...terminal, ...own }],
        cassettes: [{ ...cassette, ...own }],
        inserts: [sampleWithdrawal(1)],
      }),
    );
    const other = new PostgresAtmStore(opened!, 'g');
    expect(await other.terminals()).toEqual([]);
    expect(await other.cassettes()).toEqual([]);
    expect(await other.reconcilePage(undefined, 9)).toEqual([]);
    expect(await other.cashPosition()).toMatchObject({ insideMinor: 0n });
    const due = await other.transact((tx) => tx.due(Number.MAX_SAFE_INTEGER, 9));
    expect(due).toEqual([]);
  });
});
