/**
 * PIN verification, one at a time and in batches: what the commands VerifyPin and PIN_V share. The
 * command says what is verified against what (`PinCase`); extraction, encipherment, comparison,
 * verdict and counting are here. Nothing branches on the PIN.
 */
import { type DesKey, desDecryptBlock, desEncryptBlock } from '@pinfold/crypto';
import { type DecimalisationTable, firstFourDigits, type IsoControl, wordAt } from '@pinfold/pin';
import type { Core } from '../core.js';
import type { BatchForm, Outcomes } from '../declare/command.js';
import type { ClearKey } from '../keys/clear-key.js';
import { done, type Outcome, type Refusal, refusal } from '../outcome.js';
import type { Policy } from '../policy/policy.js';
import { BlockBatch, LANES } from './batch.js';
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

/** A case in the batch, with what its outcome needs. */
class BatchedCase<I> extends PinCase {
  input!: I;
  control: IsoControl = 0;
  place = 0;
}

/** The two forms of a verification command: `run` for one job, the batch form for many. */
export class PinVerification<I extends PinRequest> implements BatchForm<I, Nothing> {
  readonly #prepare: Prepare<I>;
  readonly #single = new PinCase();
  readonly #block = new Int32Array(2);
  readonly #cases = Array.from({ length: LANES }, () => new BatchedCase<I>());
  readonly #blocks = new BlockBatch();
  #count = 0;
  /** Failures that the limits had counted when the first case was prepared. */
  #failures = 0;

  constructor(prepare: Prepare<I>) {
    this.#prepare = prepare;
  }

  run(core: Core, input: I): Outcome<Nothing> {
    const single = this.#single;
    const block = this.#block;
    const refused = this.#prepare(core, input, single);
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

  /** Formats 0 to 3 wait for the engine; what else there is runs alone. */
  add(core: Core, input: I, place: number, outcomes: Outcomes<Nothing>): boolean {
    const control = isoControl(input.format);
    if (control === undefined) {
      outcomes[place] = this.run(core, input);
      return false;
    }
    const lane = this.#count;
    if (lane === 0) this.#failures = core.limits.failures;
    const own = this.#cases[lane]!;
    const refused = this.#prepare(core, input, own);
    if (refused !== undefined) {
      outcomes[place] = refused;
      return false;
    }
    own.input = input;
    own.control = control;
    own.place = place;
    this.#blocks.putBytes(lane, own.key.des!, input.pinBlock);
    this.#count = lane + 1;
    return this.#count === LANES;
  }

  finish(core: Core, outcomes: Outcomes<Nothing>): void {
    const count = this.#count;
    const blocks = this.#blocks;
    const cases = this.#cases;
    blocks.decrypt(count);
    for (let lane = 0; lane < count; lane++) {
      const own = cases[lane]!;
      judge(core.policy, own.control, own, blocks.hi(lane), blocks.lo(lane));
      blocks.put(lane, own.pvk, own.record.parameterHi, lowWord(own));
    }
    blocks.encrypt(count);
    for (let lane = 0; lane < count; lane++) {
      const { input, place, record, table, field } = cases[lane]!;
      const right = isRightPin(record, field, table, blocks.hi(lane), blocks.lo(lane));
      // Again where something failed since: failures earlier in this very batch count.
      const limited =
        core.limits.failures === this.#failures
          ? undefined
          : core.limits.check(input.pan, input.pinBlock, core.now);
      outcomes[place] = limited ?? verdict(core, input, field, right);
    }
    this.clear();
  }

  clear(): void {
    for (let lane = 0; lane < this.#count; lane++) {
      const own = this.#cases[lane]!;
      own.field.wipe();
      own.input = undefined as never;
    }
    this.#blocks.wipe();
    this.#count = 0;
  }
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
  return record.parameterLo | (firstFourDigits(field.hi) & record.pinMask);
}

/** The verdict, and what it costs: failures are counted. */
function verdict(core: Core, input: PinRequest, from: PinField, right: boolean): Outcome<Nothing> {
  if (right && from.length > 0) return RIGHT;
  core.limits.failed(input.pan, input.pinBlock, core.now);
  return from.length === 0 ? from.why! : WRONG;
}
