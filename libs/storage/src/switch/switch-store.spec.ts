import { TRANSITIONS } from '@pinfold/flows';
import { switchStoreContract } from '../../../flows/src/switch/store.contract.js';
import { sampleRow } from '../../../flows/src/switch/testing.js';
import type { Database } from '../postgres/database.js';
import { withTestDatabase } from '../postgres/testing.js';
import { LEGAL_CHANGES, switchMigrations } from './migrations.js';
import type { PanKeeper } from './rows.js';
import { PostgresSwitchStore } from './switch-store.js';

const database = withTestDatabase();
let opened: Database | undefined;

/** Turns the digits around: enough to see that the table does not hold them as they are. */
const pans: PanKeeper = {
  seal: (pan) => new TextEncoder().encode([...pan].reverse().join('')),
  open: (sealed) => [...new TextDecoder().decode(sealed)].reverse().join(''),
};

async function fresh(): Promise<PostgresSwitchStore> {
  opened ??= await database().open({ schema: 'switch', migrations: switchMigrations });
  await opened.query('TRUNCATE transactions, forwards, stand_in_use, link_keys, links, outbox');
  return new PostgresSwitchStore(opened, pans);
}

switchStoreContract('PostgreSQL', fresh);

describe('switch schema', () => {
  it('allows the state changes of the transition table and no others', () => {
    const table = Object.entries(TRANSITIONS).flatMap(([from, row]) =>
      Object.values(row).map((to) => `${from}>${to}`),
    );
    const changes = table.filter((change) => {
      const [from, to] = change.split('>');
      return from !== 'none' && from !== to;
    });
    expect([...new Set(changes)].sort()).toEqual([...LEGAL_CHANGES].sort());
  });

  it('holds no card number in the clear', async () => {
    const store = await fresh();
    const row = sampleRow();
    await store.transact((tx) => tx.save({ inserts: [row] }));
    const [text] = await opened!.query<{ all: string }>(
      `SELECT t::text || encode(sealed_pan, 'escape') AS all FROM transactions t`,
    );
    expect(text!.all).not.toContain(row.pan);
    expect(text!.all).toContain(row.maskedPan);
  });
});
