import { bytesOfWords, type PinBlockFormat, wordAt } from '@pinfold/pin';
import type { Core } from '../../core.js';
import { type BatchJob, dataCommand } from '../../declare/command.js';
import { bytes, object, optional, token } from '../../declare/field.js';
import type { ClearKey } from '../../keys/clear-key.js';
import { readySlot } from '../../keys/key-store.js';
import { done, type Outcome, type Refusal, refusal } from '../../outcome.js';
import { BATCH_FROM, BlockBatch } from '../../pin/batch.js';
import { buildPinBlock, clearBlockWords } from '../../pin/build.js';
import { extractPin, fitsFormat, isoControl, judgeWords, PinField } from '../../pin/extract.js';
import { isPan, isPinBlock, isPinFormat, isToken } from '../../pin/input-checks.js';
import type { Policy } from '../../policy/policy.js';
import { PIN_KEY, pan, pinBlock, pinFormat } from '../fields.js';

const SLOT = readySlot({ ...PIN_KEY, part: 'key' });
const INVALID_TOKEN = refusal('TOKEN_INVALID');
const INVALID_FORMAT = refusal('FORMAT_REFUSED');

interface Side {
  key: string;
  format: PinBlockFormat;
}
interface Input {
  pinBlock: Uint8Array;
  pan: string;
  newPan?: string;
  from: Side;
  to: Side;
}
interface Output {
  pinBlock: Uint8Array;
}

const field = new PinField();
const batch = new BlockBatch();
const words = new Int32Array(2);
const waiting: BatchJob<Input, Output>[] = [];
const targets: ClearKey[] = [];

/** What both forms look at before any PIN is touched: a refusal, or nothing and the keys in `keys`. */
function prepare(core: Core, input: Input, keys: Keys): Refusal | undefined {
  const { from, to, pinBlock } = input;
  const fromKey = core.keys.open(from.key, SLOT);
  const toKey = core.keys.open(to.key, SLOT);
  if (fromKey === undefined || toKey === undefined) return INVALID_TOKEN;
  if (!fitsFormat(fromKey, from.format, pinBlock.length)) return INVALID_FORMAT;
  if (!fitsFormat(toKey, to.format, to.format === 'iso4' ? 16 : 8)) return INVALID_FORMAT;
  keys.from = fromKey;
  keys.to = toKey;
  const { policy } = core;
  const refused = pairRefused(policy, from.format, to.format);
  if (refused !== undefined || input.newPan === undefined) return refused;
  return policy.judge('M3.same-account', { from: input.pan, to: input.newPan });
}

/** Rule M3 on a pair of formats; the answer for the pair asked last is kept, as it cannot change. */
function pairRefused(
  policy: Policy,
  from: PinBlockFormat,
  to: PinBlockFormat,
): Refusal | undefined {
  if (pair.policy !== policy || pair.from !== from || pair.to !== to) {
    pair.refused = policy.judge('M3.translation-table', { from, to });
    pair.policy = policy;
    pair.from = from;
    pair.to = to;
  }
  return pair.refused;
}
const pair = {
  policy: undefined as Policy | undefined,
  from: '',
  to: '',
  refused: undefined as Refusal | undefined,
};

interface Keys {
  from: ClearKey | undefined;
  to: ClearKey | undefined;
}
const keys: Keys = { from: undefined, to: undefined };

function translate(core: Core, input: Input): Outcome<Output> {
  const refused = prepare(core, input, keys);
  if (refused !== undefined) return refused;
  const { format } = input.from;
  extractPin(core.policy, keys.from!, { format, pinBlock: input.pinBlock, pan: input.pan }, field);
  if (field.length === 0) return field.why!;
  const pinBlock = buildPinBlock({
    key: keys.to!,
    format: input.to.format,
    pan: input.newPan ?? input.pan,
    field,
    random: core.random,
  });
  field.wipe();
  return done({ pinBlock });
}

/** Formats 0 to 3 under triple DES go through the batch engine, everything else one by one. */
function translateMany(core: Core, jobs: readonly BatchJob<Input, Output>[]): void {
  const many = jobs.length >= BATCH_FROM;
  clearBatch();
  for (const job of jobs) {
    const { from, to, pinBlock } = job.input;
    const fast = isoControl(from.format) !== undefined && isoControl(to.format) !== undefined;
    if (!many || !fast) {
      job.outcome = translate(core, job.input);
      continue;
    }
    const refused = prepare(core, job.input, keys);
    if (refused !== undefined) job.outcome = refused;
    else {
      batch.add(keys.from!.des!, wordAt(pinBlock, 0), wordAt(pinBlock, 4));
      targets.push(keys.to!);
      waiting.push(job);
    }
  }
  batch.decrypt();
  for (let i = 0; i < waiting.length; i++) rebuild(core, i);
  batch.encrypt();
  for (let i = 0; i < waiting.length; i++) {
    waiting[i]!.outcome ??= done({ pinBlock: bytesOfWords(batch.hi(i), batch.lo(i)) });
  }
  field.wipe();
  clearBatch();
}

function clearBatch(): void {
  batch.clear();
  waiting.length = 0;
  targets.length = 0;
}

/** One deciphered block of the batch, judged and put into its new format. */
function rebuild(core: Core, i: number): void {
  const job = waiting[i]!;
  const { from, to, pan: account, newPan } = job.input;
  judgeWords(core.policy, isoControl(from.format)!, batch.hi(i), batch.lo(i), account, field);
  if (field.length === 0) {
    job.outcome = field.why!;
    return;
  }
  clearBlockWords(isoControl(to.format)!, newPan ?? account, field, core.random, words);
  batch.replace(i, targets[i]!.des!, words[0]!, words[1]!);
}

const side = (what: string) =>
  object(what, { key: token('TPK or ZPK', PIN_KEY), format: pinFormat() });

const FIELDS = {
  pinBlock: pinBlock(),
  pan: pan(),
  newPan: optional(pan()),
  from: side('what the PIN block is under'),
  to: side('what it shall be under'),
};

function accepts(input: unknown): boolean {
  if (typeof input !== 'object' || input === null) return false;
  const it = input as Partial<Record<keyof typeof FIELDS, unknown>>;
  return (
    isPinBlock(it.pinBlock) &&
    isPan(it.pan) &&
    (it.newPan === undefined || isPan(it.newPan)) &&
    isSide(it.from) &&
    isSide(it.to)
  );
}

function isSide(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const it = value as { key?: unknown; format?: unknown };
  return isToken(it.key) && isPinFormat(it.format);
}

export const translatePinBlock = dataCommand({
  name: 'TranslatePinBlock',
  group: 'pins',
  title: 'moves a PIN from one key to another, and from one PIN block format to another',
  source: 'PCI PIN Security Requirements, 3-3; ISO 9564-1',
  roles: ['production'],
  input: FIELDS,
  output: { pinBlock: bytes('PIN block under the other key', { min: 8, max: 16, step: 8 }) },
  errors: [
    'TOKEN_INVALID',
    'FORMAT_REFUSED',
    'TRANSLATION_REFUSED',
    'PIN_BLOCK_INVALID',
    'PIN_LENGTH_INVALID',
    'PIN_DIGITS_INVALID',
  ],
  rules: [
    'M12.type-bound',
    'M9.one-usage',
    'M3.translation-table',
    'M3.same-account',
    'M4.one-answer',
    'M5.no-digit-check',
  ],
  accepts,
  run: translate,
  runMany: translateMany,
});
