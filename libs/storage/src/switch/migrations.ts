/**
 * Tables of the switch. The constraints hold whatever the code does: a transaction has one row, by
 * its own identity and by that of its request; its state is one of the table, and changes only the
 * ways the table allows (a trigger whose condition lists them; it costs nothing where it does not
 * fire); one reversal and one advice each; an amount taken back is below the amount approved.
 */
import type { MigrationList } from '../postgres/migrations.js';

/** `from>to`, as in the state table of `libs/flows/src/switch/states.ts`; a spec compares the two. */
export const LEGAL_CHANGES = [
  'forwarded>approved',
  'forwarded>declined',
  'forwarded>timed-out',
  'forwarded>stood-in',
  'forwarded>reversed',
  'approved>reversed',
  'approved>partly-reversed',
  'stood-in>reversed',
  'stood-in>partly-reversed',
] as const;

const STATES = `'forwarded', 'approved', 'declined', 'timed-out', 'stood-in', 'reversed',
  'partly-reversed', 'forestalled'`;

const TABLES = [
  `CREATE TABLE transactions (
    rrn text COLLATE "C" NOT NULL,
    terminal text COLLATE "C" NOT NULL,
    stan text NOT NULL CHECK (stan ~ '^[0-9]{6}$'),
    transmitted_at text NOT NULL CHECK (transmitted_at ~ '^[0-9]{10}$'),
    state text NOT NULL CONSTRAINT known_state CHECK (state IN (${STATES})),
    issuer text NOT NULL,
    sealed_pan bytea NOT NULL,
    card text NOT NULL,
    masked_pan text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    actual_minor bigint,
    currency text NOT NULL,
    response_code text,
    approval_code text,
    security text NOT NULL,
    fields text NOT NULL,
    deadline_ms bigint,
    created_ms bigint NOT NULL,
    CONSTRAINT one_row_per_transaction PRIMARY KEY (rrn, terminal),
    CONSTRAINT one_row_per_request UNIQUE (terminal, stan, transmitted_at),
    CONSTRAINT deadline_while_open CHECK ((state = 'forwarded') = (deadline_ms IS NOT NULL)),
    CONSTRAINT paid_only_if_approved CHECK (
      state NOT IN ('approved', 'stood-in', 'partly-reversed')
        OR response_code IS NOT DISTINCT FROM '00'),
    CONSTRAINT part_of_the_amount CHECK (
      (state = 'partly-reversed') = (actual_minor IS NOT NULL)
      AND (actual_minor IS NULL OR (actual_minor > 0 AND actual_minor < amount_minor)))
  ) WITH (fillfactor = 80)`,
  `CREATE INDEX transactions_open ON transactions (deadline_ms) WHERE state = 'forwarded'`,
  `CREATE TABLE forwards (
    rrn text COLLATE "C" NOT NULL,
    terminal text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind IN ('reversal', 'advice')),
    issuer text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'done', 'refused', 'parked')),
    stan text NOT NULL,
    transmitted_at text NOT NULL,
    code text NOT NULL,
    original text,
    actual_minor bigint,
    sent integer NOT NULL CHECK (sent > 0),
    next_at_ms bigint NOT NULL,
    CONSTRAINT one_of_each_kind PRIMARY KEY (rrn, terminal, kind),
    FOREIGN KEY (rrn, terminal) REFERENCES transactions (rrn, terminal)
  ) WITH (fillfactor = 80)`,
  `CREATE INDEX forwards_pending ON forwards (next_at_ms) WHERE state = 'pending'`,
  `CREATE TABLE stand_in_use (
    issuer text COLLATE "C" NOT NULL,
    day date NOT NULL,
    card text COLLATE "C" NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    PRIMARY KEY (issuer, day, card)
  )`,
  `CREATE TABLE link_keys (
    owner text COLLATE "C" NOT NULL,
    usage text NOT NULL,
    version integer NOT NULL CHECK (version BETWEEN 1 AND 9999),
    token text NOT NULL,
    check_value text NOT NULL,
    state text NOT NULL CHECK (state IN ('offered', 'active')),
    PRIMARY KEY (owner, usage, version)
  )`,
  `CREATE TABLE links (
    issuer text COLLATE "C" PRIMARY KEY,
    record text NOT NULL
  )`,
  `CREATE TABLE outbox (
    id text COLLATE "C" PRIMARY KEY,
    created_ms bigint NOT NULL,
    records text NOT NULL
  )`,
];

const TRANSITIONS = [
  `CREATE FUNCTION refuse_transition() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'a withdrawal in state % cannot become %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END $$`,
  `CREATE TRIGGER legal_transition BEFORE UPDATE ON transactions FOR EACH ROW
   WHEN (OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN (
     ${LEGAL_CHANGES.map((change) => `'${change}'`).join(', ')}))
   EXECUTE FUNCTION refuse_transition()`,
];

/** A forwarded row named by its RRN. */
const row = (
  rrn: string,
  stan: string,
) => `INSERT INTO transactions VALUES ('${rrn}', 'T', '${stan}',
  '1121120000', 'forwarded', 'bank-a', '\\x00', 'c', 'm', 1000, NULL, '978', NULL, NULL, 's', '{}', 1, 1)`;

/** For the list that a person asks for; rows in it are rare, so it costs nothing to keep. */
const PARKED = `CREATE INDEX forwards_parked ON forwards (rrn, terminal, kind)
  WHERE state IN ('parked', 'refused')`;

export const switchMigrations: MigrationList = [
  {
    name: 'CreateSwitch1763750000000',
    up: [...TABLES, ...TRANSITIONS],
    asserts: [
      {
        that: 'a transaction has one row',
        refuses: [row('1', '000001'), row('1', '000002')],
        sqlState: '23505',
      },
      {
        that: 'a request has one row',
        refuses: [row('1', '000001'), row('2', '000001')],
        sqlState: '23505',
      },
      {
        that: 'a state is one of the table',
        refuses: [row('1', '000001'), `UPDATE transactions SET state = 'paid', deadline_ms = NULL`],
        sqlState: '23514',
      },
      {
        that: 'a timed-out withdrawal never becomes approved',
        refuses: [
          row('1', '000001'),
          `UPDATE transactions SET state = 'timed-out', deadline_ms = NULL`,
          `UPDATE transactions SET state = 'approved', response_code = '00'`,
        ],
        sqlState: '23514',
      },
      {
        that: 'an approval has its code',
        refuses: [
          row('1', '000001'),
          `UPDATE transactions SET state = 'approved', deadline_ms = NULL, response_code = '51'`,
        ],
        sqlState: '23514',
      },
    ],
  },
  { name: 'IndexParkedForwards1763760000000', up: [PARKED], asserts: [] },
];
