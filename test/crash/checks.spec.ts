/** Every check sees the fault it is there for, and no fault where there is none. */
import { CHECKS, type CheckName, checkAll, maskPan, panOf } from './checks.js';
import { type Facts, underWay } from './facts.js';
import { planKills } from './kill-plan.js';
import type { CustomersRecord } from './record.js';

const PAN = panOf('bank-a', 1);
const OTHER = panOf('bank-b', 7);
const AT = 'ATM00001';
const order = (pan: string, amountMinor: number) => ({ terminal: AT, pan, amountMinor });

interface World {
  record: {
    acknowledged: CustomersRecord['acknowledged'][number][];
    unknown: unknown[];
    refused: number;
  };
  facts: {
    -readonly [K in keyof Facts]: {
      -readonly [P in keyof Facts[K][number]]: Facts[K][number][P];
    }[];
  };
}

/** Paid and told; declined and told; paid but broken off; reversed but broken off. */
function sound(): World {
  const row = (rrn: string, pan: string, state: string, amountMinor: number) => ({
    rrn,
    terminal: AT,
    state,
    maskedPan: maskPan(pan),
    amountMinor,
    dispensedMinor: state === 'dispensed' ? amountMinor : 0,
  });
  const posted = (rrn: string, accountId: number, issuer: string, customerMinor: number) => ({
    issuer,
    rrn,
    terminal: AT,
    accountId,
    customerMinor,
    lossMinor: 0,
    linesMinor: customerMinor,
    posts: 1,
    takesBack: customerMinor === 0 ? 1 : 0,
  });
  const at = (rrn: string, state: string) => ({ rrn, terminal: AT, state, open: 0 });
  const told = (approved: boolean, responseCode: string, rrn: string, dispensedMinor: number) => ({
    approved,
    responseCode,
    rrn,
    dispensedMinor,
  });
  return {
    record: {
      acknowledged: [
        { order: order(PAN, 5_000), told: told(true, '00', '1', 5_000) },
        { order: order(PAN, 2_000), told: told(false, '51', '2', 0) },
      ],
      unknown: [order(OTHER, 3_000), order(OTHER, 1_000), order(OTHER, 1_000)],
      refused: 1,
    },
    facts: {
      journal: [
        row('1', PAN, 'dispensed', 5_000),
        row('2', PAN, 'declined', 2_000),
        row('3', OTHER, 'dispensed', 3_000),
        row('4', OTHER, 'reversed', 1_000),
      ],
      switch: [at('1', 'approved'), at('2', 'declined'), at('3', 'approved'), at('4', 'timed-out')],
      posted: [
        posted('1', 1, 'bank-a', 5_000),
        posted('3', 7, 'bank-b', 3_000),
        posted('4', 7, 'bank-b', 0),
      ],
      accounts: [
        { issuer: 'bank-a', accountId: 1, openingMinor: 100_000, balanceMinor: 95_000 },
        { issuer: 'bank-b', accountId: 7, openingMinor: 100_000, balanceMinor: 97_000 },
      ],
      cash: [{ terminal: AT, outMinor: 8_000 }],
    },
  };
}

const found = ({ record, facts }: World): Set<CheckName> =>
  new Set(checkAll(record as CustomersRecord, facts).map(({ check }) => check));

it('finds nothing where everything is right', () => {
  const world = sound();
  expect(checkAll(world.record as CustomersRecord, world.facts)).toEqual([]);
  expect(underWay(world.facts)).toBe(0);
});

const FAULTS: readonly [what: string, check: CheckName, plant: (world: World) => void][] = [
  [
    'a withdrawal that waits for ever',
    'finished',
    ({ facts }) => {
      facts.journal[3]!.state = 'reversing';
    },
  ],
  [
    'a reversal that is never answered',
    'finished',
    ({ facts }) => {
      facts.switch[3]!.open = 1;
    },
  ],
  [
    'an approval told before it was journaled',
    'approval-journaled',
    ({ facts }) => void facts.journal.shift(),
  ],
  [
    'an approval that was reversed afterwards',
    'approval-journaled',
    ({ facts }) => {
      facts.journal[0] = { ...facts.journal[0]!, state: 'reversed', dispensedMinor: 0 };
    },
  ],
  ['an approval that is not posted', 'approval-posted', ({ facts }) => void facts.posted.shift()],
  [
    'an approval posted to another account',
    'approval-posted',
    ({ facts }) => {
      facts.posted[0]!.accountId = 9;
    },
  ],
  [
    'a refusal with cash',
    'refusal-unpaid',
    ({ facts }) => {
      facts.journal[1] = { ...facts.journal[1]!, state: 'dispensed', dispensedMinor: 2_000 };
    },
  ],
  [
    'a refusal that is posted',
    'refusal-unpaid',
    ({ facts }) => {
      facts.posted.push({ ...facts.posted[0]!, rrn: '2', customerMinor: 2_000, linesMinor: 2_000 });
    },
  ],
  [
    'one withdrawal told to two customers',
    'told-once',
    ({ record }) => {
      record.acknowledged.push(record.acknowledged[0]!);
    },
  ],
  [
    'one order done twice',
    'one-order-one-row',
    ({ facts }) => {
      facts.journal.push({ ...facts.journal[2]!, rrn: '5' });
    },
  ],
  ['a withdrawal nobody ordered', 'one-order-one-row', ({ record }) => void record.unknown.shift()],
  [
    'a second posting',
    'posted-once',
    ({ facts }) => {
      facts.posted[0]!.posts = 2;
    },
  ],
  [
    'lines that are not what stands',
    'posted-once',
    ({ facts }) => {
      facts.posted[0]!.linesMinor = 4_000;
    },
  ],
  [
    'the same withdrawal at two issuers',
    'posted-once',
    ({ facts }) => {
      facts.posted.push({ ...facts.posted[0]!, issuer: 'bank-b' });
    },
  ],
  [
    'two errors that cancel in the total',
    'per-rrn',
    ({ facts }) => {
      facts.posted[0]!.customerMinor -= 1_000;
      facts.posted[1]!.customerMinor += 1_000;
    },
  ],
  [
    'a posting without a journal row',
    'per-rrn',
    ({ facts }) => {
      facts.posted.push({ ...facts.posted[0]!, rrn: '9' });
    },
  ],
  [
    'a switch that calls a payment reversed',
    'switch-agrees',
    ({ facts }) => {
      facts.switch[0]!.state = 'reversed';
    },
  ],
  [
    'a payment that the switch never saw',
    'switch-agrees',
    ({ facts }) => void facts.switch.shift(),
  ],
  [
    'a balance that moved by itself',
    'per-card',
    ({ facts }) => {
      facts.accounts[1]!.balanceMinor += 3_000;
    },
  ],
  [
    'cassettes that lost more',
    'per-terminal',
    ({ facts }) => {
      facts.cash[0]!.outMinor += 1_000;
    },
  ],
];

it.each(FAULTS)('sees %s: %s', (_, check, plant) => {
  const world = sound();
  plant(world);
  expect(found(world)).toContain(check);
});

it('has a fault for every check', () => {
  expect(new Set(FAULTS.map(([, check]) => check))).toEqual(new Set(Object.keys(CHECKS)));
});

describe('the plan of kills', () => {
  const targets = ['a', 'b', 'c'];
  it('is repeated by its seed', () => {
    const plan = (seed: number) => planKills({ seed, kills: 30, targets });
    expect(plan(7)).toEqual(plan(7));
    expect(plan(7)).not.toEqual(plan(8));
  });
  it('leaves no target out', () => {
    const plan = planKills({ seed: 1, kills: 3, targets });
    expect(new Set(plan.map(({ target }) => target))).toEqual(new Set(targets));
  });
});
