import { type MigrationList, migrate } from './migrations.js';
import { withTestDatabase } from './testing.js';

const database = withTestDatabase();

const ledger: MigrationList = [
  {
    name: 'CreateEntry1763750000000',
    up: [
      'CREATE TABLE entry (id text PRIMARY KEY, amount_minor bigint NOT NULL CHECK (amount_minor > 0))',
    ],
    asserts: [
      { that: 'the ledger is empty', holds: 'SELECT count(*) = 0 FROM entry' },
      {
        that: 'a second posting is refused',
        refuses: ["INSERT INTO entry VALUES ('a', 1)", "INSERT INTO entry VALUES ('a', 1)"],
        sqlState: '23505',
      },
      {
        that: 'an amount of 0 is refused',
        refuses: "INSERT INTO entry VALUES ('a', 0)",
        sqlState: '23514',
      },
    ],
  },
];
const noted: MigrationList = [
  ...ledger,
  {
    name: 'AddNote1763750000001',
    up: ['ALTER TABLE entry ADD note text'],
    asserts: [{ that: 'notes are empty', holds: 'SELECT count(note) = 0 FROM entry' }],
  },
];

const run = (schema: string, migrations: MigrationList) =>
  migrate({ url: database().url, schema, migrations });

it('applies what is missing, in order, each schema for itself, and leaves nothing of its assertions', async () => {
  expect(await run('issuer_bank_a', ledger)).toEqual(['CreateEntry1763750000000']);
  expect(await run('issuer_bank_a', noted)).toEqual(['AddNote1763750000001']);
  expect(await run('issuer_bank_a', noted)).toEqual([]);
  expect(await run('issuer_bank_b', noted)).toHaveLength(2);
  const db = await database().open({ schema: 'issuer_bank_a', migrations: noted });
  expect(await db.query('SELECT * FROM entry')).toEqual([]);
  expect(await db.query("SELECT to_regclass('public.entry') AS there")).toEqual([{ there: null }]);
});

it('lets one of several programs migrate while the others wait', async () => {
  const ran = await Promise.all(Array.from({ length: 4 }, () => run('switch', noted)));
  expect(ran.map((names) => names.length).sort()).toEqual([0, 0, 0, 2]);
});

it('undoes a migration whose assertion fails, and says which', async () => {
  const wrong = (asserts: MigrationList[number]['asserts']): MigrationList => [
    { ...ledger[0]!, asserts },
  ];
  await expect(
    run('atm', wrong([{ that: 'there is an entry', holds: 'SELECT count(*) = 1 FROM entry' }])),
  ).rejects.toThrow('migration CreateEntry1763750000000: there is an entry: does not hold');
  await expect(
    run(
      'atm',
      wrong([
        {
          that: 'a loan is refused',
          refuses: "INSERT INTO entry VALUES ('a', 7)",
          sqlState: '23514',
        },
      ]),
    ),
  ).rejects.toThrow('a loan is refused: was not refused');
  await expect(
    run(
      'atm',
      wrong([
        {
          that: 'zero is refused',
          refuses: "INSERT INTO entry VALUES ('a', 0)",
          sqlState: '23505',
        },
      ]),
    ),
  ).rejects.toThrow('refused with 23514, not 23505');
  const db = await database().open({ schema: 'atm', migrations: ledger });
  expect(await db.query('SELECT name FROM migrations')).toHaveLength(1);
});

it('checks deferred constraints of a refused statement too', async () => {
  const balanced: MigrationList = [
    {
      name: 'CreateLeg1763750000000',
      up: [
        'CREATE TABLE leg (id int PRIMARY KEY, other int REFERENCES leg DEFERRABLE INITIALLY DEFERRED)',
      ],
      asserts: [
        {
          that: 'a lone leg is refused',
          refuses: 'INSERT INTO leg VALUES (1, 2)',
          sqlState: '23503',
        },
      ],
    },
  ];
  expect(await run('deferred', balanced)).toHaveLength(1);
});

it('refuses data newer than the program, and a name that needs quoting', async () => {
  await run('newer', noted);
  await expect(run('newer', ledger)).rejects.toThrow('does not know: use the newer program');
  await expect(run('x"; DROP', ledger)).rejects.toThrow('a schema name is');
  await expect(run('badname', [{ ...ledger[0]!, name: 'noTime' }])).rejects.toThrow('13 digits');
});
