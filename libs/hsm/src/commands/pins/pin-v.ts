import { type DecimalisationTable, decimalisationTable, packDigits, wordAt } from '@pinfold/pin';
import type { Core } from '../../core.js';
import { dataCommand } from '../../declare/command.js';
import { digits, hex, integer, optional, text, token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { type Refusal, refusal } from '../../outcome.js';
import { fitsFormat } from '../../pin/extract.js';
import { type PinCase, type PinRequest, verifyMany, verifyOne } from '../../pin/verification.js';
import type { OpenRecord } from '../../pin/verification-record.js';
import { validationData } from '../../pin/verify.js';
import { decodeHex } from '../../tokens/hex.js';
import { OFFSET_KEY, PIN_KEY, pan, pinBlock, pinFormat, record } from '../fields.js';

const BLOCK_KEY = readySlot({ ...PIN_KEY, part: 'key' });
const PVK_SLOT = readySlot({ ...OFFSET_KEY, part: 'key' });
const INVALID_TOKEN = refusal('TOKEN_INVALID');
const INVALID_RECORD = refusal('RECORD_INVALID', 'M2.authenticated-record');
const data = new Uint8Array(8);

/** Sixteen digits are a table of the caller's own, which rule M1 refuses; else the id of a registered one. */
export function tableNamed(core: Core, named: string): DecimalisationTable | Refusal {
  if (named.length === 16 && /^\d{16}$/.test(named)) {
    return core.policy.judge('M1.stored-tables', false) ?? decimalisationTable(named);
  }
  return core.tables.active(named) ?? refusal('TABLE_INACTIVE');
}

export function isTable(found: DecimalisationTable | Refusal): found is DecimalisationTable {
  return !('ok' in found);
}

interface Input extends PinRequest {
  readonly key: string;
  readonly pvk: string;
  readonly validationData: string;
  readonly length: number;
  readonly table: string;
  readonly offset: string;
  readonly record?: string;
}

function prepare(core: Core, input: Input): PinCase | Refusal {
  const key = core.keys.open(input.key, BLOCK_KEY);
  const pvk = core.keys.open(input.pvk, PVK_SLOT);
  if (key === undefined || pvk?.des === undefined) return INVALID_TOKEN;
  if (!fitsFormat(key, input.format, input.pinBlock.length)) return refusal('FORMAT_REFUSED');
  if (input.offset.length !== input.length) return refusal('OFFSET_LENGTH');
  const table = tableNamed(core, input.table);
  if (!isTable(table)) return table;
  if (core.policy.on['M2.authenticated-record']) {
    const known = input.record && core.records.open(input.record, input.pan, pvk);
    if (!known || !agrees(known, input)) return INVALID_RECORD;
  }
  const limited = core.limits.check(input.pan, input.pinBlock, core.now);
  if (limited !== undefined) return limited;
  decodeHex(input.validationData, data);
  const wanted: OpenRecord = {
    method: 'ibm3624',
    pvki: 0,
    pinLength: input.length,
    value: input.offset,
    tableId: '',
    valueHi: digitsLeft(input.offset, 0),
    valueLo: digitsLeft(input.offset, 8),
  };
  const [parameterHi, parameterLo] = [wordAt(data, 0), wordAt(data, 4)];
  return { key, pvk: pvk.des, record: wanted, table, parameterHi, parameterLo };
}

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
  input: {
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
  },
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
  run: (core, input) => verifyOne(core, input, prepare),
  runMany: (core, jobs) => verifyMany(core, jobs, prepare),
});

/** Eight digits from `from` on as a word, filled with zeros on the right. */
function digitsLeft(digits: string, from: number): number {
  const count = Math.min(8, Math.max(0, digits.length - from));
  return count === 0 ? 0 : packDigits(digits, from, count) << (4 * (8 - count));
}

/** Whether the request says what the record says. A table of the caller's own is M1's business. */
function agrees(
  known: OpenRecord,
  said: { pan: string; validationData: string; length: number; table: string; offset: string },
): boolean {
  return (
    known.method === 'ibm3624' &&
    known.pinLength === said.length &&
    known.value === said.offset &&
    said.validationData === validationData(said.pan) &&
    (known.tableId === said.table || said.table.length === 16)
  );
}
