import { readFileSync } from 'node:fs';
import type { IsoMessage } from '@pinfold/iso8583';
import { ChunkState } from './chunk-state.js';
import { decideChunk } from './decide-chunk.js';
import { readFinancial } from './intake.js';
import type { Account, Card } from './model.js';
import {
  CARD_RULES,
  MONEY_RULES,
  PIN_RULES,
  responseTo,
  TRANSACTION_RULES,
  type WithdrawalFacts,
} from './rules.js';
import { cardKey, item, NOON_MS, SETTINGS } from './testing.js';

const GOOD_CARD: Card = {
  key: cardKey(1),
  accountId: 1,
  maskedPan: '400000******0000',
  expiry: '3012',
  status: 'active',
  record: 'r',
  tries: 0,
  day: 0,
  dayCount: 0,
  dayAmountMinor: 0n,
};
const ACCOUNT: Account = { id: 1, balanceMinor: 10_000n };
const TODAY = Math.floor(NOON_MS / 86_400_000);

function facts(change: Partial<WithdrawalFacts>): WithdrawalFacts {
  const { intake } = item('withdrawal', { number: 1 });
  if (!intake.ok) throw new Error('the sample is well formed');
  return {
    request: intake.value,
    nowMs: NOON_MS,
    pin: 'right',
    limits: SETTINGS.limits,
    card: GOOD_CARD,
    account: ACCOUNT,
    known: undefined,
    ...change,
  };
}

const card = (change: Partial<Card>): Card => ({ ...GOOD_CARD, ...change });
const spent = { day: TODAY, dayCount: 4, dayAmountMinor: 8_000n };

describe('why a withdrawal is declined', () => {
  it.each<[string, string, Partial<WithdrawalFacts>]>([
    ['nothing', '00', {}],
    ['unknown card', '14', { card: undefined }],
    ['stolen', '43', { card: card({ status: 'stolen' }) }],
    ['lost', '41', { card: card({ status: 'lost' }) }],
    ['restricted', '62', { card: card({ status: 'restricted' }) }],
    ['expired', '54', { card: card({ expiry: '2610' }) }],
    ['last month of validity', '00', { card: card({ expiry: '2611' }) }],
    ['blocked', '75', { card: card({ tries: 3 }) }],
    ['no PIN', '30', { pin: 'missing' }],
    ['unknown zone key', '88', { pin: 'key-unknown' }],
    ['silent device', '96', { pin: 'silent' }],
    ['wrong PIN, first', '55', { pin: 'wrong' }],
    ['wrong PIN, second', '55', { pin: 'wrong', card: card({ tries: 1 }) }],
    ['wrong PIN, third', '75', { pin: 'wrong', card: card({ tries: 2 }) }],
    ['limit of the device', '75', { pin: 'limited' }],
    ['balance', '51', { account: { id: 1, balanceMinor: 999n } }],
    ['balance to the cent', '00', { account: { id: 1, balanceMinor: 1_000n } }],
    ['amount per day', '61', { card: card({ ...spent, dayCount: 0 }) }],
    ['amount of another day', '00', { card: card({ ...spent, day: TODAY - 1 }) }],
    ['number per day', '65', { card: card({ ...spent, dayAmountMinor: 0n }) }],
  ])('%s: %s', (_, code, change) => {
    expect(responseTo(facts(change))).toBe(code);
  });

  it('answers with the first rule of the table that applies', () => {
    // Each step mends the fault that answered the step before, all faults being there at the start.
    const bad = { ...spent, tries: 2, expiry: '2001', status: 'stolen' as const };
    const poor = { id: 1, balanceMinor: 0n };
    const steps: [string, Partial<WithdrawalFacts>][] = [
      ['14', { card: undefined, account: poor, pin: 'wrong' }],
      ['43', { card: card(bad) }],
      ['41', { card: card({ ...bad, status: 'lost' }) }],
      ['62', { card: card({ ...bad, status: 'restricted' }) }],
      ['54', { card: card({ ...bad, status: 'active' }) }],
      ['75', { card: card({ ...spent, tries: 2 }) }],
      ['55', { card: card({ ...spent, tries: 0 }) }],
      ['51', { pin: 'right' }],
      ['61', { account: ACCOUNT }],
      ['65', { card: card({ ...spent, dayAmountMinor: 0n }) }],
      ['00', { card: card({ ...spent, dayAmountMinor: 0n, dayCount: 0 }) }],
    ];
    let all: Partial<WithdrawalFacts> = {};
    for (const [code, mended] of steps) {
      all = { ...all, ...mended };
      expect([code, responseTo(facts(all))]).toEqual([code, code]);
    }
  });

  it('is documented in this order', () => {
    const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
    const rows = [...readme.matchAll(/^\| (\d\d) \| (.+) \|$/gm)].map(([, code, name]) => ({
      code,
      name,
    }));
    const from = rows.findIndex(({ code }) => code === '68');
    const rules = [...TRANSACTION_RULES, ...CARD_RULES, ...PIN_RULES, ...MONEY_RULES];
    expect(rows.slice(from, -1)).toEqual(rules.map(({ code, name }) => ({ code, name })));
    expect(rows.slice(0, from).map(({ code }) => code)).toEqual(['88', '30', '12', '13', '96']);
  });
});

describe('before the rules', () => {
  const empty = { cards: new Map(), accounts: new Map(), transactions: new Map() };
  const codeOf = (ready: ReturnType<typeof item>): string =>
    decideChunk(empty, [ready], { settings: SETTINGS, nowMs: NOON_MS, sentOutboxIds: [] }).result
      .answers[0]!.responseCode;

  it('a bad MAC answers before anything is looked at', () => {
    const ready = item('withdrawal', { number: 1, mac: 'invalid' });
    expect(codeOf(ready)).toBe('88');
    expect(codeOf({ ...ready, intake: { ok: false, responseCode: '30' } })).toBe('88');
  });

  it('a silent device answers 96 to everything', () => {
    const state = new ChunkState(empty);
    expect(state.changes([]).newTransactions).toEqual([]);
    for (const kind of ['withdrawal', 'advice', 'reversal'] as const) {
      expect(codeOf(item(kind, { number: 1, mac: 'silent' }))).toBe('96');
    }
  });

  const fields: IsoMessage['fields'] = {
    2: '4000000000000019',
    3: '010000',
    4: '000000001000',
    7: '1121120000',
    11: '000001',
    32: '100001',
    37: '632512000001',
    41: 'ATM00001',
    49: '978',
    53: '0100010001000000',
    90: '02000000011121120000000001000010000000000'.padEnd(42, '0'),
  };
  const read = (kind: 'withdrawal' | 'reversal', change: IsoMessage['fields']) => {
    const intake = readFinancial({ mti: '0200', fields: { ...fields, ...change } }, kind, '978');
    return intake.ok ? 'ok' : intake.responseCode;
  };
  const original = (mti: string, acquirer = '00000100001') =>
    `${mti}0000011121120000${acquirer}00000000000`;

  it('30, 12, 13 in this order, whatever else is wrong', () => {
    expect(read('withdrawal', {})).toBe('ok');
    for (const number of [2, 7, 11, 32, 37, 41, 49, 53]) {
      const missing = { [number]: undefined } as unknown as IsoMessage['fields'];
      expect(read('withdrawal', { 3: '200000', 4: '000000000000', ...missing })).toBe('30');
    }
    expect(read('withdrawal', { 3: '200000', 4: '000000000000' })).toBe('12');
    expect(read('withdrawal', { 49: '840' })).toBe('12');
    expect(read('withdrawal', { 4: '000000000000' })).toBe('13');
  });

  it('a reversal names a leg of a transaction of its own acquirer', () => {
    expect(read('reversal', { 90: original('0200') })).toBe('ok');
    expect(read('reversal', { 90: original('0220') })).toBe('ok');
    expect(read('reversal', { 90: original('0100') })).toBe('30');
    expect(read('reversal', { 90: original('0200', '00000100002') })).toBe('30');
    expect(read('reversal', { 90: '0200' })).toBe('30');
    const actual = (minor: string) => minor.padStart(12, '0') + '0'.repeat(30);
    expect(read('reversal', { 90: original('0200'), 95: actual('1000') })).toBe('ok');
    expect(read('reversal', { 90: original('0200'), 95: actual('1001') })).toBe('13');
    expect(read('reversal', { 90: original('0200'), 95: 'x' })).toBe('30');
  });
});
