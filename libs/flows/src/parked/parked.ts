/**
 * Messages that were given up: reversals and advices that were repeated to the limit (`parked`), or
 * that the other side refused for good (`refused`). Until one is settled the books of two parties
 * differ, so a person looks into it, and then has it sent again with a fresh count of repeats.
 * Terminal and switch keep such messages in tables of their own; here they are one list.
 */
import type { AtmStore } from '../atm/store.js';
import { isParked, type Withdrawal, withdrawalKeyOf } from '../atm/withdrawal.js';
import type { SwitchStore } from '../switch/store.js';
import {
  type ForwardKind,
  forwardKeyOf,
  type StoreAndForward,
  type TransactionId,
} from '../switch/transaction.js';

export interface ParkedMessage extends TransactionId {
  /** Whose message it is. */
  readonly at: 'terminal' | 'switch';
  readonly kind: ForwardKind;
  readonly state: 'parked' | 'refused';
  /** Who should have answered: an issuer's id, or `switch`. */
  readonly to: string;
  /** Sendings so far. */
  readonly sent: number;
}

export interface ParkedStores {
  readonly atm: AtmStore;
  readonly switch: SwitchStore;
}

/** What names a parked message. */
export type ParkedId = Pick<ParkedMessage, 'rrn' | 'terminal' | 'at' | 'kind'>;

/** The first `limit` of each table, in order of identity. */
export async function parkedMessages(
  stores: ParkedStores,
  limit: number,
): Promise<ParkedMessage[]> {
  const [rows, forwards] = await Promise.all([
    stores.atm.parked(limit),
    stores.switch.parked(limit),
  ]);
  return [...rows.map(ofTerminal), ...forwards.map(ofSwitch)];
}

const ofTerminal = ({ rrn, terminal, reversalsSent: sent }: Withdrawal): ParkedMessage => {
  return { at: 'terminal', rrn, terminal, kind: 'reversal', state: 'parked', to: 'switch', sent };
};

const ofSwitch = ({ rrn, terminal, kind, state, issuer, sent }: StoreAndForward): ParkedMessage => {
  return {
    at: 'switch',
    rrn,
    terminal,
    kind,
    state: state === 'refused' ? 'refused' : 'parked',
    to: issuer,
    sent,
  };
};

/**
 * Has these sent again from `nowMs` on, as repeats (0421, 0221) with the identity they had; the count
 * of repeats starts anew. What is not parked or refused any more stays as it is. Gives how many it was.
 */
export async function sendAgain(
  stores: ParkedStores,
  ids: readonly ParkedId[],
  nowMs: number,
): Promise<number> {
  const [terminals, switches] = [ids.filter(isTerminals), ids.filter((id) => !isTerminals(id))];
  const counts = await Promise.all([
    terminals.length === 0 ? 0 : againAtTerminals(stores.atm, terminals, nowMs),
    switches.length === 0 ? 0 : againAtSwitch(stores.switch, switches, nowMs),
  ]);
  return counts[0]! + counts[1]!;
}

const isTerminals = ({ at }: ParkedId): boolean => at === 'terminal';

/** One sending counts: the next is a repeat. */
const SENT_ONCE = 1;

function againAtTerminals(store: AtmStore, ids: readonly ParkedId[], nowMs: number) {
  return store.transact(async (tx) => {
    const rows = await tx.withdrawals(ids);
    const updates = ids
      .map((id) => rows.get(withdrawalKeyOf(id)))
      .filter((row) => row !== undefined && isParked(row))
      .map((row) => ({ ...row!, reversalsSent: SENT_ONCE, nextAtMs: nowMs }));
    if (updates.length > 0) await tx.save({ updates });
    return updates.length;
  });
}

function againAtSwitch(store: SwitchStore, ids: readonly ParkedId[], nowMs: number) {
  return store.transact(async (tx) => {
    const rows = await tx.forwards(ids);
    const forwards = ids
      .map((id) => rows.get(forwardKeyOf(id)))
      .filter((row) => row?.state === 'parked' || row?.state === 'refused')
      .map((row) => ({ ...row!, state: 'pending' as const, sent: SENT_ONCE, nextAtMs: nowMs }));
    if (forwards.length > 0) await tx.save({ forwards });
    return forwards.length;
  });
}
