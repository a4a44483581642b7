/**
 * Tables of an ATM fleet. The constraints hold whatever the code does: a withdrawal has one row and
 * changes only the ways its state table allows; what is recorded as dispensed fits the state; money
 * goes out only after an approval; a cassette never holds fewer than no notes, or more than were put in.
 */
import type { MigrationList } from '../postgres/migrations.js';

/** `from>to`, as in the state table of `libs/flows/src/atm/states.ts`; a spec compares the two. */
export const LEGAL_CHANGES = [
  'requested>dispensed',
  'requested>partly-dispensed',
  'requested>declined',
  'requested>reversing',
  'reversing>reversed',
  'partly-dispensed>partly-reversed',
] as const;

const TABLES = [
  `CREATE TABLE terminals (
    terminal text COLLATE "C" PRIMARY KEY,
    fleet text COLLATE "C" NOT NULL,
    algorithm text NOT NULL CHECK (algorithm IN ('T', 'A')),
    pad_state bytea NOT NULL,
    last_stan integer NOT NULL CONSTRAINT stan_range CHECK (last_stan BETWEEN 0 AND 999999)
  ) WITH (fillfactor = 50)`,
  `CREATE TABLE cassettes (
    terminal text COLLATE "C" NOT NULL REFERENCES terminals (terminal),
    position integer NOT NULL CHECK (position BETWEEN 1 AND 16),
    denomination_minor bigint NOT NULL CHECK (denomination_minor > 0),
    notes integer NOT NULL,
    loaded integer NOT NULL,
    PRIMARY KEY (terminal, position),
    CONSTRAINT notes_inside CHECK (notes BETWEEN 0 AND loaded)
  ) WITH (fillfactor = 50)`,
  `CREATE TABLE withdrawals (
    rrn text COLLATE "C" NOT NULL,
    terminal text COLLATE "C" NOT NULL,
    fleet text COLLATE "C" NOT NULL,
    stan text NOT NULL CHECK (stan = right(rrn, 6)),
    transmitted_at text NOT NULL,
    card text NOT NULL,
    masked_pan text NOT NULL CONSTRAINT pan_masked CHECK (masked_pan LIKE '%*%'),
    sealed_pan bytea NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    dispensed_minor bigint NOT NULL,
    state text NOT NULL CONSTRAINT known_state CHECK (state IN ('requested', 'dispensed',
      'declined', 'reversing', 'reversed', 'partly-dispensed', 'partly-reversed')),
    response_code text,
    reason text,
    reversal_stan text,
    reversal_at text,
    reversals_sent integer NOT NULL CHECK (reversals_sent >= 0),
    next_at_ms bigint,
    created_ms bigint NOT NULL,
    CONSTRAINT one_row_per_withdrawal PRIMARY KEY (rrn, terminal),
    CONSTRAINT cash_fits_state CHECK (CASE
      WHEN state = 'dispensed' THEN dispensed_minor = amount_minor
      WHEN state IN ('partly-dispensed', 'partly-reversed')
        THEN dispensed_minor > 0 AND dispensed_minor < amount_minor
      ELSE dispensed_minor = 0 END),
    CONSTRAINT cash_after_approval CHECK (
      dispensed_minor = 0 OR response_code IS NOT DISTINCT FROM '00'),
    CONSTRAINT deadline_while_open CHECK (state <> 'requested' OR next_at_ms IS NOT NULL),
    CONSTRAINT nothing_due_at_the_end CHECK (
      state IN ('requested', 'reversing', 'partly-dispensed') OR next_at_ms IS NULL),
    CONSTRAINT reversal_has_reason CHECK (
      state IN ('requested', 'dispensed', 'declined') OR reason IS NOT NULL)
  ) WITH (fillfactor = 80)`,
  `CREATE INDEX withdrawals_due ON withdrawals (fleet, next_at_ms) WHERE next_at_ms IS NOT NULL`,
];

const TRANSITIONS = [
  `CREATE FUNCTION refuse_transition() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'a withdrawal in state % cannot become %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END $$`,
  `CREATE TRIGGER legal_transition BEFORE UPDATE ON withdrawals FOR EACH ROW
   WHEN (OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN (
     ${LEGAL_CHANGES.map((change) => `'${change}'`).join(', ')}))
   EXECUTE FUNCTION refuse_transition()`,
];

const terminal = `INSERT INTO terminals VALUES ('ATM00001', 'f', 'T', '\\x00', 0)`;
const row = `INSERT INTO withdrawals VALUES ('632521000001', 'ATM00001', 'f', '000001', '1121210000',
  'c', '4*1', '\\x00', 1000, 0, 'requested', NULL, NULL, NULL, NULL, 0, 1, 1)`;

const refusals: readonly { that: string; refuses: string[]; sqlState: string }[] = [
  { that: 'a withdrawal has one row', refuses: [row, row], sqlState: '23505' },
  {
    that: 'a declined withdrawal never pays',
    refuses: [
      row,
      `UPDATE withdrawals SET state = 'declined', next_at_ms = NULL`,
      `UPDATE withdrawals SET state = 'dispensed', dispensed_minor = 1000, response_code = '00'`,
    ],
    sqlState: '23514',
  },
  {
    that: 'cash goes out only after an approval',
    refuses: [
      row,
      `UPDATE withdrawals SET state = 'dispensed', dispensed_minor = 1000, next_at_ms = NULL`,
    ],
    sqlState: '23514',
  },
  {
    that: 'a reversed withdrawal has no cash out',
    refuses: [
      row,
      `UPDATE withdrawals SET state = 'reversing', reason = '68', dispensed_minor = 1000,
       response_code = '00'`,
    ],
    sqlState: '23514',
  },
  {
    that: 'a cassette is never below no notes',
    refuses: [
      terminal,
      `INSERT INTO cassettes VALUES ('ATM00001', 1, 1000, 1, 1)`,
      `UPDATE cassettes SET notes = notes - 2`,
    ],
    sqlState: '23514',
  },
];

/** For the list that a person asks for; rows in it are rare, so it costs nothing to keep. */
const PARKED = `CREATE INDEX withdrawals_parked ON withdrawals (rrn, terminal)
  WHERE next_at_ms IS NULL AND state IN ('reversing', 'partly-dispensed')`;

export const atmMigrations: MigrationList = [
  { name: 'CreateAtm1763750000000', up: [...TABLES, ...TRANSITIONS], asserts: refusals },
  { name: 'IndexParkedReversals1763760000000', up: [PARKED], asserts: [] },
];
