import fc from 'fast-check';
import { type Cassette, dispensed, MAX_NOTES, notesValue, planNotes } from './cassettes.js';

const stock = (...pairs: [denominationMinor: bigint, notes: number][]): Cassette[] =>
  pairs.map(([denominationMinor, notes], i) => ({
    terminal: 'ATM00001',
    position: i + 1,
    denominationMinor,
    notes,
    loaded: notes,
  }));

const counts = (cassettes: Cassette[], amountMinor: bigint) =>
  planNotes(cassettes, amountMinor)?.map((m) => [m.position, m.notes]);

describe('the notes for an amount', () => {
  const cassettes = stock([1000n, 100], [2000n, 100], [5000n, 100]);

  it('are the fewest', () => {
    expect(counts(cassettes, 18_000n)).toEqual([
      [3, 3],
      [2, 1],
      [1, 1],
    ]);
    expect(counts(cassettes, 6_000n)).toEqual([
      [3, 1],
      [1, 1],
    ]);
  });

  it('avoid the largest where it leads nowhere', () => {
    expect(counts(stock([2000n, 10], [5000n, 10]), 6_000n)).toEqual([[1, 3]]);
    expect(counts(stock([100n, 9], [300n, 9], [400n, 9]), 600n)).toEqual([[2, 2]]);
  });

  it('are none when it cannot be made', () => {
    expect(planNotes(cassettes, 500n)).toBeUndefined();
    expect(planNotes(stock([5000n, 1]), 10_000n)).toBeUndefined();
    expect(planNotes([], 5_000n)).toBeUndefined();
    expect(planNotes(cassettes, 0n)).toBeUndefined();
  });

  it('are at most what the shutter passes', () => {
    expect(counts(stock([1000n, 99]), 1000n * BigInt(MAX_NOTES))).toEqual([[1, MAX_NOTES]]);
    expect(planNotes(stock([1000n, 99]), 1000n * BigInt(MAX_NOTES + 1))).toBeUndefined();
  });

  it('make the amount exactly, from what is there, and no shorter plan exists', () => {
    const notes = fc.nat(6);
    fc.assert(
      fc.property(notes, notes, notes, fc.integer({ min: 1, max: 40 }), (a, b, c, units) => {
        const cassettes = stock([100n, a], [300n, b], [400n, c]);
        const amount = BigInt(units) * 100n;
        let fewest = Number.POSITIVE_INFINITY;
        for (let x = 0; x <= a; x++)
          for (let y = 0; y <= b; y++)
            for (let z = 0; z <= c; z++)
              if (x + 3 * y + 4 * z === units) fewest = Math.min(fewest, x + y + z);
        const plan = planNotes(cassettes, amount);
        expect(plan === undefined).toBe(fewest > MAX_NOTES);
        if (plan === undefined) return;
        expect(notesValue(cassettes, plan)).toBe(amount);
        expect(plan.reduce((sum, m) => sum + m.notes, 0)).toBe(fewest);
      }),
    );
  });
});

it('a dispenser that reports more than was asked for is a fault', () => {
  const plan = [{ terminal: 'ATM00001', position: 1, notes: 2 }];
  expect(dispensed(plan, (p) => p.map((m) => ({ ...m, notes: 1 })))).toHaveLength(1);
  expect(() => dispensed(plan, (p) => p.map((m) => ({ ...m, notes: 3 })))).toThrow('more notes');
});
