/** Columns of the fleet's tables, and rows as the tables have them. */
import type { NoteMovement, PadAlgorithm, Withdrawal, WithdrawalState } from '@pinfold/flows';
import { batch } from '../postgres/unnest.js';

export const idBatch = batch({ rrn: 'text', terminal: 'text' });

export const withdrawalBatch = batch({
  rrn: 'text',
  terminal: 'text',
  fleet: 'text',
  stan: 'text',
  transmittedAt: 'text',
  card: 'text',
  maskedPan: 'text',
  sealedPan: 'bytea',
  amountMinor: 'bigint',
  dispensedMinor: 'bigint',
  state: 'text',
  responseCode: 'text?',
  reason: 'text?',
  reversalStan: 'text?',
  reversalAt: 'text?',
  reversalsSent: 'integer',
  nextAtMs: 'bigint?',
  createdMs: 'bigint',
});

/** What may change of a row, with the identity that finds it. */
export const changeBatch = batch({
  rrn: 'text',
  terminal: 'text',
  dispensedMinor: 'bigint',
  state: 'text',
  responseCode: 'text?',
  reason: 'text?',
  reversalStan: 'text?',
  reversalAt: 'text?',
  reversalsSent: 'integer',
  nextAtMs: 'bigint?',
});

export const stanBatch = batch({ terminal: 'text', lastStan: 'integer' });
export const notesBatch = batch({
  terminal: 'text',
  position: 'integer',
  notes: 'integer',
  loaded: 'integer',
});

export const terminalBatch = batch({
  terminal: 'text',
  fleet: 'text',
  algorithm: 'text',
  padState: 'bytea',
  lastStan: 'integer',
});

export const cassetteBatch = batch({
  terminal: 'text',
  position: 'integer',
  denominationMinor: 'bigint',
  notes: 'integer',
  loaded: 'integer',
});

export const padBatch = batch({ terminal: 'text', padState: 'bytea' });

export type WithdrawalRow = typeof withdrawalBatch.row;
export type TerminalRow = Omit<typeof terminalBatch.row, 'fleet' | 'algorithm'> & {
  algorithm: PadAlgorithm;
};

const maybeBigint = (value: number | null) => (value === null ? null : BigInt(value));

export function rowFrom(w: Withdrawal, fleet: string): WithdrawalRow {
  return { ...w, fleet, nextAtMs: maybeBigint(w.nextAtMs), createdMs: BigInt(w.createdMs) };
}

export function changeFrom(w: Withdrawal): typeof changeBatch.row {
  return { ...w, nextAtMs: maybeBigint(w.nextAtMs) };
}

export function withdrawalFrom({ fleet, ...row }: WithdrawalRow): Withdrawal {
  return {
    ...row,
    state: row.state as WithdrawalState,
    nextAtMs: row.nextAtMs === null ? null : Number(row.nextAtMs),
    createdMs: Number(row.createdMs),
  };
}

/** One change per cassette: how many notes it has more or less, and how many were put in. */
export function noteChanges(o: {
  dispensed: readonly NoteMovement[];
  loaded: readonly NoteMovement[];
}): (typeof notesBatch.row)[] {
  const changes = new Map<string, typeof notesBatch.row>();
  const add = (move: NoteMovement, sign: 1 | -1) => {
    if (move.notes <= 0) throw new Error('notes move in whole numbers above zero');
    const { terminal, position } = move;
    const key = `${terminal}/${position}`;
    const change = changes.get(key) ?? { terminal, position, notes: 0, loaded: 0 };
    change.notes += sign * move.notes;
    if (sign > 0) change.loaded += move.notes;
    changes.set(key, change);
  };
  for (const move of o.dispensed) add(move, -1);
  for (const move of o.loaded) add(move, 1);
  return [...changes.values()];
}
