import { InputError } from '@pinfold/crypto';
import { mergeReports, operationOf, rowsOf, runVectorFile } from './index.js';
import type { VectorOps } from './types.js';

const secret = 'A1B2C3D4';
const ops: VectorOps = {
  double: (c) => ({ value: c.number('n') * 2, mac: secret, list: ['a', 1] }),
  refuse: () => {
    throw new InputError('NOT_ALLOWED', 'no');
  },
  crash: () => {
    throw new TypeError(secret);
  },
  text: (c) => ({
    text: c.text('t'),
    bytes: c.bytes('t').length,
    more: c.optionalText('u') ?? 'none',
  }),
};
const why = (one: unknown) => runVectorFile({ cases: [one] }, 'f', ops).cases[0]!.why;

describe('a case', () => {
  it.each<[string, unknown, string]>([
    ['passes', { op: 'double', n: 4, expect: { value: 8 } }, ''],
    ['passes with a list', { op: 'double', n: 4, expect: { list: ['a', 1] } }, ''],
    [
      'passes with the left-most part of a MAC',
      { op: 'double', n: 4, expect: { mac: 'A1B2' } },
      '',
    ],
    ['passes when refused as it should be', { op: 'refuse', expect: { error: true } }, ''],
    ['fails on another value', { op: 'double', n: 4, expect: { value: 9 } }, 'differs in value'],
    [
      'fails on a longer MAC',
      { op: 'double', n: 4, expect: { mac: `${secret}00` } },
      'differs in mac',
    ],
    ['fails on an empty MAC', { op: 'double', n: 4, expect: { mac: '' } }, 'differs in mac'],
    [
      'fails on an output that is not there',
      { op: 'double', n: 4, expect: { x: null } },
      'differs in x',
    ],
    [
      'fails when it is not refused',
      { op: 'double', n: 4, expect: { error: true } },
      'differs in error',
    ],
    [
      'fails when refused',
      { op: 'refuse', expect: { value: 1 } },
      'differs in value (refused: NOT_ALLOWED)',
    ],
    [
      'fails when nothing is expected',
      { op: 'double', n: 4, expect: {} },
      'not a case: it must be an object with expect',
    ],
    [
      'fails without expect',
      { op: 'double', n: 4 },
      'not a case: it must be an object with expect',
    ],
    ['fails when it is no object', 7, 'not a case: it must be an object with expect'],
    [
      'fails without an input',
      { op: 'double', expect: { value: 8 } },
      'the case needs a number named n',
    ],
    [
      'fails without a text',
      { op: 'text', t: 5, expect: { text: '' } },
      'the case needs a text input named t',
    ],
    [
      'fails on an unknown operation',
      { op: 'toString', expect: { value: 8 } },
      'unknown operation toString',
    ],
    ['fails without an operation', { expect: { value: 8 } }, 'unknown operation (none)'],
    [
      'does not show what a crash said',
      { op: 'crash', expect: { value: 8 } },
      'the operation failed: TypeError',
    ],
    [
      'takes a missing input for missing, even where a refusal is expected',
      { op: 'double', expect: { error: true } },
      'the case needs a number named n',
    ],
  ])('%s', (_, one, expected) => {
    expect(why(typeof one === 'object' ? { id: 'x', ...one } : one)).toBe(expected);
    expect(expected).not.toContain(secret);
  });

  it('reads optional inputs', () => {
    expect(why({ op: 'text', t: 'AB', expect: { text: 'AB', bytes: 1, more: 'none' } })).toBe('');
    expect(why({ op: 'text', t: 'AB', u: 'C', expect: { more: 'C' } })).toBe('');
  });

  it.each([
    ['lmk-pair', { kind: 'pair' }],
    ['host-command', { command: 'NC' }],
    ['host-error', { code: '00' }],
    ['pin-block-code', { format: 'iso0' }],
    ['decimalisation-example', { enciphered: '' }],
    ['decimalisation-cost', { pinDigits: 4 }],
    ['pvv', { op: 'pvv', format: 'iso0' }],
  ])('without op is a %s by its shape', (name, shape) =>
    expect(operationOf({ id: 'x', expect: {}, ...shape })).toBe(name),
  );
});

describe('a file', () => {
  it('counts what passed and what failed, in order, by id', () => {
    const cases = [
      { id: 'a', op: 'double', n: 1, expect: { value: 2 } },
      { id: 'b', op: 'double', n: 1, expect: { value: 3 } },
      { op: 'double', n: 1, expect: { value: 2 } },
    ];
    const report = runVectorFile({ cases }, 'file.json', ops);
    expect(report).toMatchObject({ passed: 2, failed: 1 });
    expect(report.cases.map((one) => [one.file, one.id, one.ok])).toEqual([
      ['file.json', 'a', true],
      ['file.json', 'b', false],
      ['file.json', '(no id, case 3)', true],
    ]);
    const both = mergeReports([report, report]);
    expect(both).toMatchObject({ passed: 4, failed: 2 });
    expect(both.cases).toHaveLength(6);
  });

  it('may hold tables', () => {
    const table = {
      id: 't',
      op: 'double',
      constants: { m: 1 },
      columns: ['n', '=value'],
      rows: [
        [1, 2],
        [2, 5],
      ],
    };
    expect(rowsOf(table)[1]).toEqual({ id: 't-1', op: 'double', m: 1, n: 2, expect: { value: 5 } });
    expect(runVectorFile({ tables: [table] }, 'f', ops)).toMatchObject({ passed: 1, failed: 1 });
  });

  it.each<[string, unknown, string, string]>([
    ['without columns', { op: 'double', rows: [[1]] }, 't', 'not a table'],
    ['without rows', { op: 'double', columns: ['n'] }, 't', 'not a table'],
    ['without an operation', { columns: ['n'], rows: [[1]] }, 't', 'not a table'],
    ['whose columns are numbers', { op: 'double', columns: [1], rows: [[1]] }, 't', 'not a table'],
    [
      'with a short row',
      { op: 'double', columns: ['n', '=value'], rows: [[1]] },
      't-0',
      'not a row of 2 cells',
    ],
    ['whose row is no list', { op: 'double', columns: ['n'], rows: [null] }, 't-0', 'not a row'],
  ])('a table %s is a failing case by its id', (_, table, id, why) => {
    const good = { id: 'g', op: 'double', columns: ['n', '=value'], rows: [[1, 2]] };
    const tables = [{ id: 't', ...(table as object) }, good, null];
    const report = runVectorFile({ tables }, 'f', ops);
    expect(report.cases.map((one) => one.id)).toEqual([id, 'g-0', '(no id)']);
    expect(report).toMatchObject({ passed: 1, failed: 2 });
    expect(report.cases[0]!.why).toContain(why);
  });

  it('without a case is a failure', () => {
    for (const json of [
      { cases: [] },
      { tables: [] },
      { tables: [{ op: 'x', columns: [], rows: [] }] },
    ]) {
      expect(runVectorFile(json, 'f')).toMatchObject({ passed: 0, failed: 1 });
    }
  });

  it.each([undefined, null, 5, [], {}, { cases: 5 }])('%p is a failure, not a crash', (json) => {
    expect(runVectorFile(json, 'f')).toMatchObject({ passed: 0, failed: 1 });
  });
});

describe('the operations', () => {
  it('fail when an expectation is changed', () => {
    const kcv = {
      id: 'x',
      op: 'check-value',
      cipher: 'des',
      method: 'zeros',
      key: '0123456789ABCDEFFEDCBA9876543210',
    };
    const run = (checkValue: string) =>
      runVectorFile({ cases: [{ ...kcv, expect: { checkValue } }] }, 'f').passed;
    expect([run('08D7B4'), run('08D7B5'), run('8D7B4')]).toEqual([1, 0, 0]);
  });
});
