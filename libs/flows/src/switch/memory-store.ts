/**
 * The switch's store in memory, for tests and the simulator: the same promises as PostgreSQL's (all
 * or nothing, one transaction after another, unique identities), deterministic in every order.
 */
import { type KeyRecord, VERSIONS_KEPT } from '../node/keys.js';
import type { LinkRecord } from './links.js';
import { RequestTaken } from './request-taken.js';
import {
  type OutboxRow,
  type ReconcileRow,
  type StandInRequest,
  type SwitchChanges,
  type SwitchStore,
  type SwitchTx,
} from './store.js';
import {
  type DueForward,
  forwardKeyOf,
  keyOf,
  type StoreAndForward,
  type SwitchTransaction,
  type TransactionId,
  type TransactionKey,
  type WithPan,
} from './transaction.js';

const messageIdentity = (t: SwitchTransaction) => `${t.terminal}-${t.stan}-${t.transmittedAt}`;
const keyName = (k: KeyRecord) => `${k.owner}/${k.usage}/${k.version}`;

export class MemorySwitchStore implements SwitchStore {
  readonly transactions = new Map<TransactionKey, WithPan<SwitchTransaction>>();
  readonly forwards = new Map<string, StoreAndForward>();
  readonly outbox = new Map<string, OutboxRow>();
  readonly #messages = new Set<string>();
  readonly #keys = new Map<string, KeyRecord>();
  readonly #links = new Map<string, LinkRecord>();
  readonly #standIn = new Map<string, bigint>();
  /** Working sets of the ticks, so that a tick costs what is open and not what ever was. */
  readonly #waiting = new Set<TransactionKey>();
  readonly #pending = new Set<string>();
  #queue: Promise<unknown> = Promise.resolve();

  async keys(owners?: readonly string[]): Promise<KeyRecord[]> {
    const all = [...this.#keys.values()];
    return owners === undefined ? all : all.filter((key) => owners.includes(key.owner));
  }

  transact<T>(fn: (tx: SwitchTx) => Promise<T>): Promise<T> {
    const run = this.#queue.then(async () => {
      const changes: SwitchChanges[] = [];
      const reserved = new Map<string, bigint>();
      const value = await fn(this.#open(changes, reserved));
      for (const change of changes) this.#apply(change);
      for (const [name, amount] of reserved) this.#standIn.set(name, amount);
      return value;
    });
    this.#queue = run.catch(() => undefined);
    return run;
  }

  async transaction(id: TransactionId): Promise<SwitchTransaction | undefined> {
    return this.transactions.get(keyOf(id));
  }

  async reconcilePage(after: TransactionId | undefined, limit: number): Promise<ReconcileRow[]> {
    const keys = [...this.transactions.keys()].sort();
    const from = after === undefined ? 0 : keys.findIndex((key) => key > keyOf(after));
    if (from < 0) return [];
    return keys.slice(from, from + limit).map((key) => {
      const row = this.transactions.get(key)!;
      const { rrn, terminal, state, issuer, maskedPan, amountMinor, actualMinor } = row;
      const open = (['reversal', 'advice'] as const).filter((kind) => {
        const forward = this.forwards.get(forwardKeyOf({ rrn, terminal, kind }));
        return forward !== undefined && forward.state !== 'done';
      }).length;
      return { rrn, terminal, state, issuer, maskedPan, amountMinor, actualMinor, open };
    });
  }

  async parked(limit: number): Promise<StoreAndForward[]> {
    return [...this.forwards]
      .filter(([, { state }]) => state === 'parked' || state === 'refused')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([, row]) => row);
  }

  #open(changes: SwitchChanges[], reserved: Map<string, bigint>): SwitchTx {
    return {
      transactions: async (ids) => pick(this.transactions, ids.map(keyOf)),
      timedOut: async (nowMs, limit) => this.#timedOut(nowMs, limit),
      forwards: async (ids) => pick(this.forwards, ids.map(forwardKeyOf)),
      dueForwards: async (nowMs, limit) => this.#due(nowMs, limit),
      reserveStandIn: async (requests) => requests.map((r) => this.#reserve(r, reserved)),
      lockKeys: (owners) => this.keys(owners),
      lockLinks: async (issuers) => [...pick(this.#links, issuers).values()],
      staleOutbox: async (beforeMs, limit) =>
        [...this.outbox.values()].filter((row) => row.createdMs < beforeMs).slice(0, limit),
      save: async (change) => {
        this.#check(change);
        changes.push(change);
      },
    };
  }

  #timedOut(nowMs: number, limit: number): WithPan<SwitchTransaction>[] {
    return [...this.#waiting]
      .map((key) => this.transactions.get(key)!)
      .filter((row) => row.deadlineMs! <= nowMs)
      .sort((a, b) => a.deadlineMs! - b.deadlineMs! || (keyOf(a) < keyOf(b) ? -1 : 1))
      .slice(0, limit);
  }

  #due(nowMs: number, limit: number): DueForward[] {
    return [...this.#pending]
      .map((key) => this.forwards.get(key)!)
      .filter((row) => row.nextAtMs <= nowMs)
      .sort((a, b) => a.nextAtMs - b.nextAtMs || (forwardKeyOf(a) < forwardKeyOf(b) ? -1 : 1))
      .slice(0, limit)
      .map((forward) => ({ forward, transaction: this.transactions.get(keyOf(forward))! }));
  }

  #reserve(request: StandInRequest, reserved: Map<string, bigint>): boolean {
    const { issuer, card, day, amountMinor } = request;
    const limits: [string, bigint][] = [
      [`${issuer}/${day}/${card}`, request.perCardMinor],
      [`${issuer}/${day}`, request.perIssuerMinor],
    ];
    const used = limits.map(([name]) => reserved.get(name) ?? this.#standIn.get(name) ?? 0n);
    if (limits.some(([, limit], i) => used[i]! + amountMinor > limit)) return false;
    limits.forEach(([name], i) => {
      reserved.set(name, used[i]! + amountMinor);
    });
    return true;
  }

  #check({ inserts = [], updates = [] }: SwitchChanges): void {
    const fresh = new Set<string>();
    for (const row of inserts) {
      for (const name of [keyOf(row), messageIdentity(row)]) {
        const taken = this.transactions.has(name as TransactionKey) || this.#messages.has(name);
        if (!taken && !fresh.has(name)) {
          fresh.add(name);
          continue;
        }
        if (name === messageIdentity(row)) throw new RequestTaken();
        throw new Error('a transaction with this identity exists');
      }
    }
    for (const row of updates) {
      if (!this.transactions.has(keyOf(row))) throw new Error('no such transaction to update');
    }
  }

  #apply(change: SwitchChanges): void {
    for (const row of change.inserts ?? []) {
      this.#messages.add(messageIdentity(row));
      this.#put(row);
    }
    for (const row of change.updates ?? []) {
      this.#put({ ...row, pan: this.transactions.get(keyOf(row))!.pan });
    }
    for (const row of change.forwards ?? []) {
      const key = forwardKeyOf(row);
      this.forwards.set(key, row);
      if (row.state === 'pending') this.#pending.add(key);
      else this.#pending.delete(key);
    }
    for (const key of change.keys ?? []) this.#putKey(key);
    for (const link of change.links ?? []) this.#links.set(link.issuer, link);
    if (change.outbox) this.outbox.set(change.outbox.id, change.outbox);
    for (const id of change.delivered ?? []) this.outbox.delete(id);
  }

  #put(row: WithPan<SwitchTransaction>): void {
    const key = keyOf(row);
    this.transactions.set(key, row);
    if (row.state === 'forwarded') this.#waiting.add(key);
    else this.#waiting.delete(key);
  }

  #putKey(key: KeyRecord): void {
    this.#keys.set(keyName(key), key);
    const versions = [...this.#keys.values()].filter(
      (k) => k.owner === key.owner && k.usage === key.usage,
    );
    if (versions.length > VERSIONS_KEPT) this.#keys.delete(keyName(versions[0]!));
  }
}

function pick<K, V>(from: ReadonlyMap<K, V>, keys: readonly K[]): Map<K, V> {
  const found = new Map<K, V>();
  for (const key of keys) {
    const value = from.get(key);
    if (value !== undefined) found.set(key, value);
  }
  return found;
}
