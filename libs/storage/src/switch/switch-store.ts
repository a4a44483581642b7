/**
 * The switch's store on PostgreSQL. A chunk is begin, lock, write, commit: each one statement over
 * arrays, whatever the chunk's size.
 */
import {
  type DueForward,
  type ForwardKind,
  forwardKeyOf,
  isNewerVersion,
  type KeyRecord,
  keyOf,
  type LinkRecord,
  newLink,
  type OutboxRow,
  type ReconcileRow,
  RequestTaken,
  type StandInRequest,
  type StoreAndForward,
  type SwitchChanges,
  type SwitchStore,
  type SwitchTransaction,
  type SwitchTx,
  type TransactionId,
  type TransactionKey,
  VERSIONS_KEPT,
} from '@pinfold/flows';
import { assertAffected, type Database, type Transaction } from '../postgres/database.js';
import {
  changeBatch,
  changeFrom,
  type ForwardRow,
  forwardBatch,
  forwardFrom,
  forwardRowFrom,
  idBatch,
  keyBatch,
  type PanKeeper,
  type ReadRow,
  rowBatch,
  rowFrom,
  transactionFrom,
  withPanFrom,
} from './rows.js';
import { reserveStandIn } from './stand-in.js';
import * as sql from './statements.js';

type SealedRow = ReadRow & { sealedPan: Uint8Array };

export class PostgresSwitchStore implements SwitchStore {
  constructor(
    private readonly database: Database,
    private readonly pans: PanKeeper,
  ) {}

  keys(owners?: readonly string[]): Promise<KeyRecord[]> {
    return owners === undefined
      ? this.database.query<KeyRecord>(sql.ALL_KEYS)
      : this.database.query<KeyRecord>(sql.KEYS_OF, [owners]);
  }

  transact<T>(fn: (tx: SwitchTx) => Promise<T>): Promise<T> {
    return this.database.transaction((tx) => fn(new PostgresSwitchTx(tx, this.pans)));
  }

  async transaction(id: TransactionId): Promise<SwitchTransaction | undefined> {
    const [row] = await this.database.query<ReadRow>(sql.ONE_TRANSACTION, [id.rrn, id.terminal]);
    return row === undefined ? undefined : transactionFrom(row);
  }

  reconcilePage(after: TransactionId | undefined, limit: number): Promise<ReconcileRow[]> {
    const from = [after?.rrn ?? '', after?.terminal ?? ''];
    return this.database.query<ReconcileRow>(sql.RECONCILE_PAGE, [...from, limit]);
  }

  async parked(limit: number): Promise<StoreAndForward[]> {
    const rows = await this.database.query<ForwardRow>(sql.PARKED_FORWARDS, [limit]);
    return rows.map(forwardFrom);
  }
}

class PostgresSwitchTx implements SwitchTx {
  constructor(
    private readonly tx: Transaction,
    private readonly pans: PanKeeper,
  ) {}

  async transactions(
    ids: readonly TransactionId[],
  ): Promise<Map<TransactionKey, SwitchTransaction>> {
    if (ids.length === 0) return new Map();
    const rows = await this.tx.query<ReadRow>(sql.LOCK_TRANSACTIONS, idBatch.values(ids));
    return new Map(rows.map((row) => [keyOf(row), transactionFrom(row)]));
  }

  async timedOut(nowMs: number, limit: number) {
    const rows = await this.tx.query<SealedRow>(sql.TIMED_OUT, [nowMs, limit]);
    return rows.map((row) => withPanFrom(row, this.pans));
  }

  async forwards(
    ids: readonly (TransactionId & { kind: ForwardKind })[],
  ): Promise<Map<string, StoreAndForward>> {
    if (ids.length === 0) return new Map();
    const named = [...idBatch.values(ids), ids.map(({ kind }) => kind)];
    const rows = await this.tx.query<ForwardRow>(sql.LOCK_FORWARDS, named);
    return new Map(rows.map(forwardFrom).map((row) => [forwardKeyOf(row), row]));
  }

  async dueForwards(nowMs: number, limit: number): Promise<DueForward[]> {
    const rows = await this.tx.query<ForwardRow>(sql.DUE_FORWARDS, [nowMs, limit]);
    if (rows.length === 0) return [];
    const sealed = await this.tx.query<SealedRow>(sql.TRANSACTIONS_WITH_PAN, idBatch.values(rows));
    const byKey = new Map(sealed.map((row) => [keyOf(row), withPanFrom(row, this.pans)]));
    return rows
      .map(forwardFrom)
      .map((forward) => ({ forward, transaction: byKey.get(keyOf(forward))! }));
  }

  reserveStandIn(requests: readonly StandInRequest[]): Promise<boolean[]> {
    return reserveStandIn(this.tx, requests);
  }

  async lockKeys(owners: readonly string[]): Promise<KeyRecord[]> {
    await this.tx.query(sql.LOCK_OWNERS, [owners]);
    return this.tx.query<KeyRecord>(sql.KEYS_OF, [owners]);
  }

  async lockLinks(issuers: readonly string[]): Promise<LinkRecord[]> {
    const rows = await this.tx.query<{ record: string }>(sql.LOCK_LINKS, [issuers]);
    // A record that an older program wrote may lack a part.
    return rows.map(({ record }) => {
      const link = JSON.parse(record) as LinkRecord;
      return { ...newLink(link.issuer), ...link };
    });
  }

  async staleOutbox(beforeMs: number, limit: number): Promise<OutboxRow[]> {
    const rows = await this.tx.query<{ id: string; createdMs: bigint; records: string }>(
      sql.STALE_OUTBOX,
      [beforeMs, limit],
    );
    return rows.map(({ id, createdMs, records }) => {
      return { id, createdMs: Number(createdMs), records: readRecords(records) };
    });
  }

  async save(changes: SwitchChanges): Promise<void> {
    const { inserts = [], updates = [], forwards = [], keys = [], outbox } = changes;
    const { delivered = [], links = [] } = changes;
    if (inserts.length + updates.length + forwards.length + delivered.length > 0 || outbox) {
      const [written] = await this.tx
        .query<{ changed: number }>(sql.WRITE, [
          ...rowBatch.values(inserts.map((row) => rowFrom(row, this.pans))),
          ...changeBatch.values(updates.map(changeFrom)),
          ...forwardBatch.values(forwards.map(forwardRowFrom)),
          outbox?.id ?? null,
          outbox?.createdMs ?? null,
          outbox === undefined ? null : writeRecords(outbox.records),
          delivered,
        ])
        .catch(requestTaken);
      const affected = written!.changed;
      assertAffected({ affected, expected: updates.length, what: 'transactions' });
    }
    if (keys.length > 0) await this.#saveKeys(keys);
    if (links.length > 0) {
      const records = links.map((link) => JSON.stringify(link));
      await this.tx.execute(sql.WRITE_LINKS, [links.map(({ issuer }) => issuer), records]);
    }
  }

  async #saveKeys(keys: readonly KeyRecord[]): Promise<void> {
    await this.tx.query(sql.WRITE_KEYS, keyBatch.values(keys.map((key) => ({ ...key }))));
    const owners = [...new Set(keys.map(({ owner }) => owner))];
    const held = await this.tx.query<KeyRecord>(sql.KEYS_OF, [owners]);
    for (const { owner, usage } of keys) {
      const versions = held
        .filter((key) => key.owner === owner && key.usage === usage)
        .map(({ version }) => version)
        .sort((a, b) => (isNewerVersion(a, b) ? -1 : 1));
      if (versions.length <= VERSIONS_KEPT) continue;
      await this.tx.execute(
        'DELETE FROM link_keys WHERE owner = $1 AND usage = $2 AND version = ANY($3::integer[])',
        [owner, usage, versions.slice(VERSIONS_KEPT)],
      );
    }
  }
}

/** The constraint of `migrations.ts` by which a message is another withdrawal's already. */
function requestTaken(error: unknown): never {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  if (code === '23505' && constraint === 'one_row_per_request') throw new RequestTaken();
  throw error;
}

/** Events are JSON text, so their bytes are kept as text. */
function writeRecords(records: OutboxRow['records']): string {
  const decoder = new TextDecoder();
  return JSON.stringify(
    records.map(({ topic, key, headers, value }) => [topic, key, headers, decoder.decode(value)]),
  );
}

function readRecords(text: string): OutboxRow['records'] {
  const encoder = new TextEncoder();
  const rows = JSON.parse(text) as [string, string, Record<string, string>, string][];
  return rows.map(([topic, key, headers, value]) => {
    return { topic, key, headers, value: encoder.encode(value) };
  });
}
