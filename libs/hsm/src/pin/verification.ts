/**
 * PIN verification, one at a time and in batches: what the commands VerifyPin and PIN_V share. The
 * command says what is verified against what (`PinCase`); extraction, encipherment, comparison,
 * verdict and counting are here. Nothing branches on the PIN.
 */
import { type DesKey, desEncryptBlock } from '@pinfold/crypto';
import { type DecimalisationTable, firstFourDigits, wordAt } from '@pinfold/pin';
import type { Core } from '../core.js';
import type { BatchJob } from '../declare/command.js';
import type { ClearKey } from '../keys/clear-key.js';
import { done, type Outcome, type Refusal, refusal } from '../outcome.js';
import { BATCH_FROM, BlockBatch } from './batch.js';
import { extractPin, ISO_CONTROL, judgeWords, PinField } from './extract.js';
import type { OpenRecord } from './verification-record.js';
import { isRightPin } from './verify.js';

/** Everything that is known before the PIN block is opened. */
export interface PinCase {
  readonly key: ClearKey;
  readonly pvk: DesKey;
  readonly record: OpenRecord;
  /** For IBM 3624. */
  readonly table: DecimalisationTable | undefined;
  /** What is enciphered under the PVK; Visa PVV adds four PIN digits to the low word. */
  readonly parameterHi: number;
  readonly parameterLo: number;
}

export interface PinRequest {
  readonly pinBlock: Uint8Array;
  readonly pan: string;
  readonly format: string;
}

type Nothing = Record<never, never>;
type Prepare<I> = (core: Core, input: I) => PinCase | Refusal;

const RIGHT = done({});
const WRONG = refusal('PIN_WRONG');
const field = new PinField();
const block = new Int32Array(2);
const batch = new BlockBatch();
const fields: PinField[] = [];
const waiting: BatchJob<PinRequest, Nothing>[] = [];
const cases: PinCase[] = [];

export function verifyOne<I extends PinRequest>(
  core: Core,
  input: I,
  prepare: Prepare<I>,
): Outcome<Nothing> {
  const prepared = prepare(core, input);
  if ('ok' in prepared) return prepared;
  const { key, pvk, record, table } = prepared;
  extractPin(core.policy, key, input, field);
  desEncryptBlock(pvk, prepared.parameterHi, lowWord(prepared, field), block);
  const right = isRightPin(record, field, table, block[0]!, block[1]!);
  const outcome = verdict(core, input, field, right);
  field.wipe();
  block.fill(0);
  return outcome;
}

export function verifyMany<I extends PinRequest>(
  core: Core,
  jobs: readonly BatchJob<I, Nothing>[],
  prepare: Prepare<I>,
): void {
  const many = jobs.length >= BATCH_FROM;
  clearBatch();
  for (const job of jobs) {
    const { format, pinBlock } = job.input;
    if (!many || ISO_CONTROL[format] === undefined) {
      job.outcome = verifyOne(core, job.input, prepare);
      continue;
    }
    const prepared = prepare(core, job.input);
    if ('ok' in prepared) job.outcome = prepared;
    else {
      batch.add(prepared.key.des!, wordAt(pinBlock, 0), wordAt(pinBlock, 4));
      waiting.push(job);
      cases.push(prepared);
    }
  }
  while (fields.length < waiting.length) fields.push(new PinField());
  batch.decrypt();
  for (let i = 0; i < waiting.length; i++) {
    const { format, pan } = waiting[i]!.input;
    const own = fields[i]!;
    judgeWords(core.policy, ISO_CONTROL[format]!, batch.hi(i), batch.lo(i), pan, own);
    batch.replace(i, cases[i]!.pvk, cases[i]!.parameterHi, lowWord(cases[i]!, own));
  }
  batch.encrypt();
  for (let i = 0; i < waiting.length; i++) finish(core, i);
  clearBatch();
}

function finish(core: Core, i: number): void {
  const job = waiting[i]!;
  const { record, table } = cases[i]!;
  const right = isRightPin(record, fields[i]!, table, batch.hi(i), batch.lo(i));
  // Again: failures earlier in this very batch count.
  const limited = core.limits.check(job.input.pan, job.input.pinBlock, core.now);
  job.outcome = limited ?? verdict(core, job.input, fields[i]!, right);
  fields[i]!.wipe();
}

function lowWord(prepared: PinCase, from: PinField): number {
  return prepared.record.method === 'visa-pvv'
    ? prepared.parameterLo | firstFourDigits(from.hi)
    : prepared.parameterLo;
}

/** The verdict, and what it costs: failures are counted. */
function verdict(core: Core, input: PinRequest, from: PinField, right: boolean): Outcome<Nothing> {
  if (right && from.length > 0) return RIGHT;
  core.limits.failed(input.pan, input.pinBlock, core.now);
  return from.length === 0 ? from.why! : WRONG;
}

function clearBatch(): void {
  batch.clear();
  waiting.length = 0;
  cases.length = 0;
}
