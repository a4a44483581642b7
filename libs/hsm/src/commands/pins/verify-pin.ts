import { type DesKey, desEncryptBlock } from '@pinfold/crypto';
import { type DecimalisationTable, type PinBlockFormat, wordAt } from '@pinfold/pin';
import type { Core } from '../../core.js';
import { type BatchJob, dataCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import type { ClearKey } from '../../keys/clear-key.js';
import { readySlot } from '../../keys/key-store.js';
import { done, type Outcome, type Refusal, refusal } from '../../outcome.js';
import { BATCH_FROM, BlockBatch } from '../../pin/batch.js';
import { extractPin, fitsFormat, ISO_CONTROL, judgeWords, PinField } from '../../pin/extract.js';
import type { OpenRecord } from '../../pin/verification-record.js';
import { isRightPin, parameterHi, parameterLo } from '../../pin/verify.js';
import { PIN_KEY, pan, pinBlock, pinFormat, record, VERIFICATION_KEY } from '../fields.js';

const BLOCK_KEY = readySlot({ ...PIN_KEY, part: 'key' });
const PVK_SLOT = readySlot({ ...VERIFICATION_KEY, part: 'key' });
const RIGHT = done({});
const WRONG = refusal('PIN_WRONG');
const INVALID_TOKEN = refusal('TOKEN_INVALID');
const INVALID_RECORD = refusal('RECORD_INVALID', 'M2.authenticated-record');
const INACTIVE_TABLE = refusal('TABLE_INACTIVE');
const INVALID_FORMAT = refusal('FORMAT_REFUSED');

interface Input {
  pinBlock: Uint8Array;
  pan: string;
  key: string;
  format: PinBlockFormat;
  pvk: string;
  record: string;
}
type Output = Record<never, never>;

/** Everything that is known before the PIN block is opened. */
interface Prepared {
  readonly key: ClearKey;
  readonly pvk: ClearKey;
  readonly record: OpenRecord;
  readonly table: DecimalisationTable | undefined;
}

const field = new PinField();
const block = new Int32Array(2);
const batch = new BlockBatch();
const fields: PinField[] = [];
const waiting: BatchJob<Input, Output>[] = [];
const ready: Prepared[] = [];

function prepare(core: Core, input: Input): Prepared | Refusal {
  const key = core.keys.open(input.key, BLOCK_KEY);
  const pvk = core.keys.open(input.pvk, PVK_SLOT);
  if (key === undefined || pvk?.des === undefined) return INVALID_TOKEN;
  if (!fitsFormat(key, input.format, input.pinBlock.length)) return INVALID_FORMAT;
  const opened = core.records.open(input.record, input.pan, pvk);
  if (opened === undefined) return INVALID_RECORD;
  const ibm = opened.method === 'ibm3624';
  if (core.policy.on['M9.one-usage'] && pvk.header.usage !== (ibm ? 'PGK' : 'PVK')) {
    return INVALID_TOKEN;
  }
  const table = ibm ? core.tables.active(opened.tableId) : undefined;
  if (ibm && table === undefined) return INACTIVE_TABLE;
  const limited = core.limits.check(input.pan, input.pinBlock, core.now);
  if (limited !== undefined) return limited;
  return { key, pvk, record: opened, table };
}

/** The verdict, and what it costs: failures are counted. */
function verdict(core: Core, input: Input, from: PinField, right: boolean): Outcome<Output> {
  if (right && from.length > 0) return RIGHT;
  core.limits.failed(input.pan, input.pinBlock, core.now);
  return from.length === 0 ? from.why! : WRONG;
}

function verify(core: Core, input: Input): Outcome<Output> {
  const ready = prepare(core, input);
  if ('ok' in ready) return ready;
  const { key, pvk, record: opened, table } = ready;
  extractPin(core.policy, key, input, field);
  const hi = parameterHi(opened, input.pan);
  const lo = parameterLo(opened, input.pan, field);
  desEncryptBlock(pvk.des as DesKey, hi, lo, block);
  const right = isRightPin(opened, field, table, block[0]!, block[1]!);
  const outcome = verdict(core, input, field, right);
  field.wipe();
  block.fill(0);
  return outcome;
}

function verifyMany(core: Core, jobs: readonly BatchJob<Input, Output>[]): void {
  const many = jobs.length >= BATCH_FROM;
  clearBatch();
  for (const job of jobs) {
    const { format, pinBlock } = job.input;
    if (!many || ISO_CONTROL[format] === undefined) {
      job.outcome = verify(core, job.input);
      continue;
    }
    const prepared = prepare(core, job.input);
    if ('ok' in prepared) job.outcome = prepared;
    else {
      batch.add(prepared.key.des!, wordAt(pinBlock, 0), wordAt(pinBlock, 4));
      waiting.push(job);
      ready.push(prepared);
    }
  }
  while (fields.length < waiting.length) fields.push(new PinField());
  batch.decrypt();
  for (let i = 0; i < waiting.length; i++) {
    const { input } = waiting[i]!;
    const { record: known, pvk } = ready[i]!;
    const own = fields[i]!;
    const control = ISO_CONTROL[input.format]!;
    judgeWords(core.policy, control, batch.hi(i), batch.lo(i), input.pan, own);
    const lo = parameterLo(known, input.pan, own);
    batch.replace(i, pvk.des!, parameterHi(known, input.pan), lo);
  }
  batch.encrypt();
  for (let i = 0; i < waiting.length; i++) {
    const job = waiting[i]!;
    const { record: known, table } = ready[i]!;
    const right = isRightPin(known, fields[i]!, table, batch.hi(i), batch.lo(i));
    // Again: failures earlier in this very batch count.
    const limited = core.limits.check(job.input.pan, job.input.pinBlock, core.now);
    job.outcome = limited ?? verdict(core, job.input, fields[i]!, right);
    fields[i]!.wipe();
  }
  clearBatch();
}

function clearBatch(): void {
  batch.clear();
  waiting.length = 0;
  ready.length = 0;
}

export const verifyPin = dataCommand({
  name: 'VerifyPin',
  group: 'pins',
  title: 'verifies a PIN against an authenticated verification record (Visa PVV or IBM 3624)',
  source: 'Visa PVV; IBM 3624; record as in IBM DK PRW',
  roles: ['production'],
  input: {
    pinBlock: pinBlock(),
    pan: pan(),
    key: token('TPK or ZPK of the PIN block', PIN_KEY),
    format: pinFormat(),
    pvk: token('PVK or PGK', VERIFICATION_KEY),
    record: record(),
  },
  output: {},
  errors: [
    'TOKEN_INVALID',
    'FORMAT_REFUSED',
    'RECORD_INVALID',
    'TABLE_INACTIVE',
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
    'M2.authenticated-record',
    'M6.account-limit',
    'M6.block-limit',
    'M6.device-limit',
    'M4.one-answer',
    'M5.no-digit-check',
  ],
  run: verify,
  runMany: verifyMany,
});
