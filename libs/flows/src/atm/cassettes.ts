/**
 * Cassettes and the notes that make an amount. The counts in the store stand for the notes
 * themselves: they change in the transaction that moves the journal.
 */

export interface Cassette {
  readonly terminal: string;
  /** 1 to 16. */
  readonly position: number;
  readonly denominationMinor: bigint;
  /** Notes inside now. */
  readonly notes: number;
  /** Notes ever put in; `loaded - notes` went out to customers. */
  readonly loaded: number;
}

/** Notes taken out of one cassette. */
export interface NoteMovement {
  readonly terminal: string;
  readonly position: number;
  readonly notes: number;
}

/** Most notes that the shutter passes at once. */
export const MAX_NOTES = 40;

/**
 * The fewest notes that make the amount exactly, from what is there; undefined when none do. Large
 * denominations first; the search is bounded by the notes allowed.
 */
export function planNotes(
  cassettes: readonly Cassette[],
  amountMinor: bigint,
  maxNotes = MAX_NOTES,
): NoteMovement[] | undefined {
  if (amountMinor <= 0n) return undefined;
  const sorted = [...cassettes].sort((a, b) => compare(b.denominationMinor, a.denominationMinor));
  const counts = fewest(sorted, 0, amountMinor, maxNotes);
  return counts?.flatMap((notes, i) => {
    const { terminal, position } = sorted[i]!;
    return notes > 0 ? [{ terminal, position, notes }] : [];
  });
}

function fewest(
  cassettes: readonly Cassette[],
  from: number,
  rest: bigint,
  maxNotes: number,
): number[] | undefined {
  if (rest === 0n) return [];
  const cassette = cassettes[from];
  if (cassette === undefined || maxNotes <= 0) return undefined;
  const next = cassettes[from + 1]?.denominationMinor;
  const fitting = Number(rest / cassette.denominationMinor);
  let best: number[] | undefined;
  let limit = maxNotes;
  for (let take = Math.min(fitting, cassette.notes, maxNotes); take >= 0; take--) {
    const left = rest - BigInt(take) * cassette.denominationMinor;
    if (left > 0n && next === undefined) break;
    // Fewer of the larger note means more notes in all: once that is too many, it stays so.
    const atLeast = take + (next === undefined ? 0 : Number((left + next - 1n) / next));
    if (atLeast > limit) break;
    const tail = fewest(cassettes, from + 1, left, limit - take);
    if (tail === undefined) continue;
    best = [take, ...tail];
    limit = best.reduce((sum, n) => sum + n, 0) - 1;
  }
  return best;
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Value of notes taken from these cassettes. */
export function notesValue(
  cassettes: readonly Cassette[],
  movements: readonly NoteMovement[],
): bigint {
  let sum = 0n;
  for (const { position, notes } of movements) {
    const cassette = cassettes.find((c) => c.position === position);
    if (cassette === undefined) throw new Error('notes from a cassette that is not there');
    sum += cassette.denominationMinor * BigInt(notes);
  }
  return sum;
}

/**
 * The note path: given a plan, what really came out. Production dispenses the plan; tests and the
 * demo jam it. It may give fewer notes of any cassette, never more.
 */
export type Dispenser = (plan: readonly NoteMovement[]) => readonly NoteMovement[];

export const wholePlan: Dispenser = (plan) => plan;

/** Throws when a dispenser claims more than the plan: its counters cannot be trusted. */
export function dispensed(plan: readonly NoteMovement[], dispenser: Dispenser): NoteMovement[] {
  const given = dispenser(plan).filter((m) => m.notes > 0);
  for (const { position, notes } of given) {
    const planned = plan.find((p) => p.position === position)?.notes ?? 0;
    if (notes > planned) throw new Error('the dispenser reports more notes than were asked for');
  }
  return given;
}

/** Cassettes by terminal, in the order given. */
export function byTerminal(cassettes: readonly Cassette[]): Map<string, Cassette[]> {
  const groups = new Map<string, Cassette[]>();
  for (const cassette of cassettes) {
    const group = groups.get(cassette.terminal);
    if (group) group.push(cassette);
    else groups.set(cassette.terminal, [cassette]);
  }
  return groups;
}

/** One terminal's cassettes after these notes went out. */
export function afterDispensing(
  cassettes: readonly Cassette[],
  movements: readonly NoteMovement[],
): Cassette[] {
  return cassettes.map((cassette) => {
    const out = movements.find((m) => m.position === cassette.position);
    return out === undefined ? cassette : { ...cassette, notes: cassette.notes - out.notes };
  });
}
