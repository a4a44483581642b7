/**
 * PIN verification, one at a time and in batches: what the commands VerifyPin and PIN_V share. The
 * command says what is verified against what (`PinCase`); extraction, encipherment, comparison,
 * verdict and counting are here. Nothing branches on the PIN.
 */
import { type DesKey, desDecryptBlock, desEncryptBlock } from '@pinfold/crypto';
import { type DecimalisationTable, firstFourDigits, type IsoControl, wordAt } from '@pinfold/pin';
import type { Core } from '../core.js';
import type { BatchJob } from '../declare/command.js';
import type { ClearKey } from '../keys/clear-key.js';
import { done, type Outcome, type Refusal, refusal } from '../outcome.js';
import type { Policy } from '../policy/policy.js';
import { BATCH_FROM, BlockBatch } from './batch.js';
import { extractPin, isoControl, PinField } from './extract.js';
import type { OpenRecord } from './verification-record.js';
import { isRightPin } from './verify.js';

/**
 * Everything that is known before the PIN block is opened, and the PIN field after. The objects are
 * used again: the keys are the key store's, which wipes them, and the field is wiped after use.
 */
export class PinCase {
  key!: ClearKey;
  pvk!: DesKey;
  record!: OpenRecord;
  /** For IBM 3624. */
  table: DecimalisationTable | undefined;
  readonly field = new PinField();
}

export interface PinRequest {
  readonly pinBlock: Uint8Array;
  readonly pan: string;
  readonly format: string;
}

type Nothing = Record<never, never>;
/** Fills the case, or says why not. */
type Prepare<I> = (core: Core, input: I, into: PinCase) => Refusal | undefined;

const RIGHT = done({});
const WRONG = refusal('PIN_WRONG');
const single = new PinCase();
const block = new Int32Array(2);
const batch = new BlockBatch();
const waiting: BatchJob<PinRequest, Nothing>[] = [];
const cases: PinCase[] = [];

export function verifyOne<I extends PinRequest>(
  core: Core,
  input: I,
  prepare: Prepare<I>,
): Outcome<Nothing> {
  const refused = prepare(core, input, single);
  if (refused !== undefined) return refused;
  const { key, pvk, record, table, field } = single;
  const control = isoControl(input.format);
  if (control === undefined) extractPin(core.policy, key, input, field);
  else {
    const { pinBlock } = input;
    desDecryptBlock(key.des!, wordAt(pinBlock, 0), wordAt(pinBlock, 4), block);
    judge(core.policy, control, single, block[0]!, block[1]!);
  }
  desEncryptBlock(pvk, record.parameterHi, lowWord(single), block);
  const right = isRightPin(record, field, table, block[0]!, block[1]!);
  const outcome = verdict(core, input, field, right);
  field.wipe();
  block[0] = 0;
  block[1] = 0;
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
    const { input } = job;
    if (!many || isoControl(input.format) === undefined) {
      job.outcome = verifyOne(core, input, prepare);
      continue;
    }
    const next = waiting.length;
    if (next === cases.length) cases.push(new PinCase());
    const into = cases[next]!;
    const refused = prepare(core, input, into);
    if (refused !== undefined) job.outcome = refused;
    else {
      const { pinBlock } = input;
      batch.add(into.key.des!, wordAt(pinBlock, 0), wordAt(pinBlock, 4));
      waiting.push(job);
    }
  }
  const count = waiting.length;
  const { failures } = core.limits;
  batch.decrypt();
  for (let i = 0; i < count; i++) {
    const own = cases[i]!;
    judge(core.policy, isoControl(waiting[i]!.input.format)!, own, batch.hi(i), batch.lo(i));
    batch.replace(i, own.pvk, own.record.parameterHi, lowWord(own));
  }
  batch.encrypt();
  for (let i = 0; i < count; i++) finish(core, i, failures);
  clearBatch();
}

/** `failures`: how many the limits had counted when the jobs were prepared. */
function finish(core: Core, i: number, failures: number): void {
  const job = waiting[i]!;
  const { record, table, field } = cases[i]!;
  const right = isRightPin(record, field, table, batch.hi(i), batch.lo(i));
  const { input } = job;
  // Again where something failed since: failures earlier in this very batch count.
  const limited =
    core.limits.failures === failures
      ? undefined
      : core.limits.check(input.pan, input.pinBlock, core.now);
  job.outcome = limited ?? verdict(core, input, field, right);
  field.wipe();
}

/** A deciphered block of formats 0 to 3, the account field of the record's account still on it. */
function judge(
  policy: Policy,
  control: IsoControl,
  { record, field }: PinCase,
  hi: number,
  lo: number,
): void {
  if (control === 0 || control === 3) {
    field.judge(policy, control, hi ^ record.accountHi, lo ^ record.accountLo);
  } else field.judge(policy, control, hi, lo);
}

function lowWord({ record, field }: PinCase): number {
  return record.method === 'visa-pvv'
    ? record.parameterLo | firstFourDigits(field.hi)
    : record.parameterLo;
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
}
