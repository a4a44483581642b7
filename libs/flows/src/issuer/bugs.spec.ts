/** Each planted fault shows, and a node without them has none: the simulator stands on this. */
import { ISSUER_BUGS, type IssuerBug } from './bugs.js';
import { decideChunk } from './decide-chunk.js';
import { MemoryIssuerStore } from './memory-store.js';
import { balanceOf, cardKey, item, NOON_MS, OPENING_MINOR, prepare, SETTINGS } from './testing.js';
import { touchedBy } from './work.js';

type Messages = ReturnType<typeof item>[];

async function run(chunks: Messages[], bugs: IssuerBug[]) {
  const store = new MemoryIssuerStore({ now: () => NOON_MS });
  await prepare(store, 2);
  const codes: string[] = [];
  for (const items of chunks) {
    const facts = { settings: SETTINGS, nowMs: NOON_MS, sentOutboxIds: [], bugs: new Set(bugs) };
    const { result } = await store.transact(touchedBy(items), (loaded) =>
      decideChunk(loaded, items, facts),
    );
    codes.push(...result.answers.map(({ responseCode }) => responseCode));
  }
  const tries = (await store.card(cardKey(1)))!.card.tries;
  return { codes: codes.join(' '), balance: OPENING_MINOR - (await balanceOf(store)), tries };
}

const ask = item('withdrawal', { number: 1 });
const wrong = (number: number, card = 1, mac: 'valid' | 'invalid' = 'valid') =>
  item('withdrawal', { number, card, pin: 'wrong', mac });
const reversal = item('reversal', { number: 1, stan: '2' });
const partial = item('reversal', { number: 1, stan: '2', reversal: { actualMinor: 400n } });

const SHOWN: Partial<Record<IssuerBug, Messages[]>> = {
  'repeat-answered-anew': [[ask], [ask]],
  'early-reversal-ignored': [[reversal], [ask]],
  'partial-reversed-in-full': [[ask], [partial]],
  'advice-not-posted': [[item('advice', { number: 1 })]],
  'counter-read-then-write': [[wrong(1), wrong(2)]],
  'counter-reset-by-another-card': [
    [wrong(1), wrong(2)],
    [ask, wrong(4), wrong(3, 2)],
  ],
  'mac-after-pin': [[wrong(1, 1, 'invalid')]],
};

describe('planted faults', () => {
  it.each(Object.keys(SHOWN) as IssuerBug[])('%s shows', async (bug) => {
    const right = await run(SHOWN[bug]!, []);
    expect(await run(SHOWN[bug]!, [bug])).not.toEqual(right);
    const others = (Object.keys(SHOWN) as IssuerBug[]).filter((other) => other !== bug);
    expect(others.length + 2).toBe(Object.keys(ISSUER_BUGS).length);
  });
});
