import { MemoryAtmStore } from '../atm/memory-store.js';
import { sampleWithdrawal } from '../atm/store.contract.js';
import { MemorySwitchStore } from '../switch/memory-store.js';
import { sampleForward, sampleRow } from '../switch/testing.js';
import { type ParkedId, parkedMessages, sendAgain } from './parked.js';

const NOW = 1_795_000_000_000;

async function stores() {
  const [atm, switchStore] = [new MemoryAtmStore(), new MemorySwitchStore()];
  const reversing = sampleWithdrawal(1, {
    state: 'reversing',
    reason: '68',
    reversalsSent: 10_001,
    nextAtMs: null,
  });
  await atm.transact((tx) => tx.save({ inserts: [reversing, sampleWithdrawal(2)] }));
  const timedOut = { state: 'timed-out', deadlineMs: null } as const;
  await switchStore.transact((tx) =>
    tx.save({
      inserts: [sampleRow({ ...timedOut }), sampleRow({ n: 2, ...timedOut })],
      forwards: [
        sampleForward({ state: 'parked', sent: 10_001 }),
        sampleForward({ n: 2, state: 'refused', sent: 3 }),
        sampleForward({ n: 2, kind: 'advice', state: 'done' }),
      ],
    }),
  );
  return { atm, switch: switchStore };
}

describe('messages that were given up', () => {
  it('are listed with whose they are, for whom and how often they were sent', async () => {
    const found = await parkedMessages(await stores(), 10);
    expect(found.map(({ at, kind, state, to, sent }) => [at, kind, state, to, sent])).toEqual([
      ['terminal', 'reversal', 'parked', 'switch', 10_001],
      ['switch', 'reversal', 'parked', 'bank-a', 10_001],
      ['switch', 'reversal', 'refused', 'bank-a', 3],
    ]);
  });

  it('are due at once when sent again, as repeats with a count that starts anew', async () => {
    const all = await stores();
    expect(await sendAgain(all, await parkedMessages(all, 10), NOW)).toBe(3);
    expect(await parkedMessages(all, 10)).toEqual([]);
    const journal = await all.atm.transact((tx) => tx.due(NOW, 10));
    const row = journal.find(({ rrn }) => rrn === sampleWithdrawal(1).rrn);
    expect(row).toMatchObject({ state: 'reversing', reversalsSent: 1, nextAtMs: NOW });
    const due = await all.switch.transact((tx) => tx.dueForwards(NOW, 10));
    expect(due.map(({ forward }) => [forward.state, forward.sent, forward.stan])).toEqual([
      ['pending', 1, '000001'],
      ['pending', 1, '000002'],
    ]);
  });

  it('stay as they are when they are under way, done or unknown', async () => {
    const all = await stores();
    const ids: ParkedId[] = [
      { ...sampleWithdrawal(2), at: 'terminal', kind: 'reversal' },
      { ...sampleForward({ n: 2 }), at: 'switch', kind: 'advice' },
      { rrn: '999999999999', terminal: 'ATM00001', at: 'switch', kind: 'reversal' },
    ];
    expect(await sendAgain(all, ids, NOW)).toBe(0);
    expect(await parkedMessages(all, 10)).toHaveLength(3);
  });
});
