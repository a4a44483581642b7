import { type DecimalisationTable, decimalisationTable } from '@pinfold/pin';
import type { Core } from '../../core.js';
import { dataCommand } from '../../declare/command.js';
import { digits, hex, integer, optional, text, token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { type Refusal, refusal } from '../../outcome.js';
import { accountOf } from '../../pin/account.js';
import { fitsFormat } from '../../pin/extract.js';
import { isPan, isPinBlock, isPinFormat, isRecord, isToken } from '../../pin/input-checks.js';
import { PackedText } from '../../pin/packed-text.js';
import { type PinCase, type PinRequest, PinVerification } from '../../pin/verification.js';
import type { OpenRecord } from '../../pin/verification-record.js';
import { OFFSET_KEY, PIN_KEY, pan, pinBlock, pinFormat, record } from '../fields.js';

const FIELDS = {
  pinBlock: pinBlock(),
  key: token('TPK or ZPK of the PIN block', PIN_KEY),
  format: pinFormat(),
  pan: pan(),
  pvk: token('PGK', OFFSET_KEY),
  validationData: hex('validation data', { length: 16 }),
  length: integer('digits of the PIN to check', { min: 4, max: 12 }),
  table: text('decimalisation table: 16 digits, or the id of a registered one', {
    min: 1,
    max: 16,
  }),
  offset: digits('offset, as long as the PIN', { min: 4, max: 12 }),
  record: optional(record()),
};
const BLOCK_KEY = readySlot({ ...PIN_KEY, part: 'key' });
const PVK_SLOT = readySlot({ ...OFFSET_KEY, part: 'key' });
const INVALID_TOKEN = refusal('TOKEN_INVALID');
const INVALID_FORMAT = refusal('FORMAT_REFUSED');
const OTHER_LENGTH = refusal('OFFSET_LENGTH');
const INACTIVE_TABLE = refusal('TABLE_INACTIVE');
const INVALID_RECORD = refusal('RECORD_INVALID', 'M2.authenticated-record');

/** Sixteen digits are a table of the caller's own, which rule M1 refuses; else the id of a registered one. */
export function tableNamed(core: Core, named: string): DecimalisationTable | Refusal {
  if (named.length === 16 && /^\d{16}$/.test(named)) {
    return core.policy.judge('M1.stored-tables', false) ?? decimalisationTable(named);
  }
  return core.tables.active(named) ?? INACTIVE_TABLE;
}

export function isTable(found: DecimalisationTable | Refusal): found is DecimalisationTable {
  return found instanceof Uint8Array;
}

/** Validation data and offset of the present command; who reads their words has called `read` just before. */
const validation = new PackedText({ min: 16, max: 16, hex: true });
const offset = new PackedText({ min: 4, max: 12, hex: false });

interface Input extends PinRequest {
  readonly key: string;
  readonly pvk: string;
  readonly validationData: string;
  readonly length: number;
  readonly table: string;
  readonly offset: string;
  readonly record?: string;
}

function accepts(input: unknown): boolean {
  if (typeof input !== 'object' || input === null) return false;
  const it = input as Partial<Record<keyof typeof FIELDS, unknown>>;
  return (
    isPinBlock(it.pinBlock) &&
    isToken(it.key) &&
    isPinFormat(it.format) &&
    isPan(it.pan) &&
    isToken(it.pvk) &&
    validation.read(it.validationData) &&
    FIELDS.length.accepts(it.length) &&
    FIELDS.table.accepts(it.table) &&
    offset.read(it.offset) &&
    (it.record === undefined || isRecord(it.record))
  );
}

function prepare(core: Core, input: Input, into: PinCase): Refusal | undefined {
  const key = core.keys.open(input.key, BLOCK_KEY);
  const pvk = core.keys.open(input.pvk, PVK_SLOT);
  if (key === undefined || pvk?.des === undefined) return INVALID_TOKEN;
  if (!fitsFormat(key, input.format, input.pinBlock.length)) return INVALID_FORMAT;
  if (input.offset.length !== input.length) return OTHER_LENGTH;
  const table = tableNamed(core, input.table);
  if (!isTable(table)) return table;
  let wanted: OpenRecord | undefined;
  if (core.policy.on['M2.authenticated-record']) {
    wanted = input.record ? core.records.open(input.record, input.pan, pvk) : undefined;
    if (wanted === undefined || !agrees(wanted, input)) return INVALID_RECORD;
  }
  const limited = core.limits.check(input.pan, input.pinBlock, core.now);
  if (limited !== undefined) return limited;
  into.key = key;
  into.pvk = pvk.des;
  into.record = wanted ?? recordOf(input);
  into.table = table;
  return undefined;
}

/** What the caller says, where no record vouches for it. */
function recordOf(input: Input): OpenRecord {
  const { fieldHi, fieldLo } = accountOf(input.pan);
  validation.read(input.validationData);
  offset.read(input.offset);
  return {
    method: 'ibm3624',
    pvki: 0,
    pinLength: input.length,
    value: input.offset,
    tableId: '',
    sealed: false,
    valueHi: offset.hi,
    valueLo: offset.lo,
    accountHi: fieldHi,
    accountLo: fieldLo,
    parameterHi: validation.hi,
    parameterLo: validation.lo,
    pinMask: 0,
  };
}

const verification = new PinVerification(prepare);

/**
 * The verification command of the literature: the caller chooses validation data, length, table and
 * offset. With M1 and M2 in force the table must be registered and the rest must be what the
 * authenticated record says.
 */
export const pinV = dataCommand({
  name: 'PIN_V',
  group: 'pins',
  title: 'verifies an encrypted PIN block against validation data, decimalisation table and offset',
  source: 'IBM 3624; Bond, Zielinski, UCAM-CL-TR-560, 2003; Focardi, Luccio 2010',
  roles: ['production'],
  input: FIELDS,
  output: {},
  errors: [
    'TOKEN_INVALID',
    'FORMAT_REFUSED',
    'OFFSET_LENGTH',
    'TABLE_REFUSED',
    'TABLE_INACTIVE',
    'RECORD_INVALID',
    'PIN_LIMIT',
    'PIN_BLOCK_INVALID',
    'PIN_LENGTH_INVALID',
    'PIN_DIGITS_INVALID',
    'PIN_WRONG',
  ],
  verdicts: ['PIN_WRONG', 'PIN_BLOCK_INVALID', 'PIN_LENGTH_INVALID', 'PIN_DIGITS_INVALID'],
  rules: [
    'M12.type-bound',
    'M9.one-usage',
    'M1.stored-tables',
    'M2.authenticated-record',
    'M6.account-limit',
    'M6.block-limit',
    'M6.device-limit',
    'M4.one-answer',
    'M5.no-digit-check',
  ],
  accepts,
  run: (core, input) => verification.run(core, input),
  batch: verification,
});

/**
 * Whether the request says what the record says. A table of the caller's own is M1's business; an
 * offset that only the device can read is taken from the record, whatever the caller says.
 */
function agrees(
  known: OpenRecord,
  said: { validationData: string; length: number; table: string; offset: string },
): boolean {
  return (
    known.pinMask === 0 &&
    known.pinLength === said.length &&
    (known.sealed || saysOffset(known, said.offset)) &&
    validation.read(said.validationData) &&
    validation.hi === known.parameterHi &&
    validation.lo === known.parameterLo &&
    (known.tableId === said.table || said.table.length === 16)
  );
}

function saysOffset(known: OpenRecord, said: string): boolean {
  return offset.read(said) && offset.hi === known.valueHi && offset.lo === known.valueLo;
}
