import { bytesOfWords, type PinBlockFormat, wordAt } from '@pinfold/pin';
import type { Core } from '../../core.js';
import { type BatchJob, dataCommand } from '../../declare/command.js';
import { bytes, object, optional, token } from '../../declare/field.js';
import type { ClearKey } from '../../keys/clear-key.js';
import { readySlot } from '../../keys/key-store.js';
import { done, type Outcome, type Refusal, refusal } from '../../outcome.js';
import { BATCH_FROM, BlockBatch } from '../../pin/batch.js';
import { buildPinBlock, clearBlockWords } from '../../pin/build.js';
import { extractPin, fitsFormat, ISO_CONTROL, judgeWords, PinField } from '../../pin/extract.js';
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

/** What both forms look at before any PIN is touched. */
function prepare(core: Core, input: Input): { from: ClearKey; to: ClearKey } | Refusal {
  const from = core.keys.open(input.from.key, SLOT);
  const to = core.keys.open(input.to.key, SLOT);
  if (from === undefined || to === undefined) return INVALID_TOKEN;
  const formats = { from: input.from.format, to: input.to.format };
  const target = formats.to === 'iso4' ? 16 : 8;
  if (!fitsFormat(from, formats.from, input.pinBlock.length)) return INVALID_FORMAT;
  if (!fitsFormat(to, formats.to, target)) return INVALID_FORMAT;
  const accounts = { from: input.pan, to: input.newPan ?? input.pan };
  return (
    core.policy.judge('M3.translation-table', formats) ??
    core.policy.judge('M3.same-account', accounts) ?? { from, to }
  );
}

function translate(core: Core, input: Input): Outcome<Output> {
  const keys = prepare(core, input);
  if ('ok' in keys) return keys;
  const { pinBlock, pan: account, from, to } = input;
  extractPin(core.policy, { key: keys.from, format: from.format, pinBlock, pan: account }, field);
  if (field.length === 0) return field.why!;
  const target = input.newPan ?? account;
  const built = buildPinBlock({
    key: keys.to,
    format: to.format,
    pan: target,
    field,
    random: core.random,
  });
  field.wipe();
  return done({ pinBlock: built });
}

/** Formats 0 to 3 under triple DES go through the batch engine, everything else one by one. */
function translateMany(core: Core, jobs: readonly BatchJob<Input, Output>[]): void {
  const waiting: { job: BatchJob<Input, Output>; to: ClearKey }[] = [];
  for (const job of jobs) {
    const { input } = job;
    const fast =
      ISO_CONTROL[input.from.format] !== undefined && ISO_CONTROL[input.to.format] !== undefined;
    const keys = fast && jobs.length >= BATCH_FROM ? prepare(core, input) : undefined;
    if (keys === undefined) job.outcome = translate(core, input);
    else if ('ok' in keys) job.outcome = keys;
    else {
      batch.add(keys.from.des!, wordAt(input.pinBlock, 0), wordAt(input.pinBlock, 4));
      waiting.push({ job, to: keys.to });
    }
  }
  batch.decrypt();
  waiting.forEach(({ job, to }, i) => {
    const { input } = job;
    const control = ISO_CONTROL[input.from.format]!;
    const deciphered = { control, hi: batch.hi(i), lo: batch.lo(i), pan: input.pan };
    judgeWords(core.policy, deciphered, field);
    if (field.length === 0) job.outcome = field.why!;
    else {
      const target = { control: ISO_CONTROL[input.to.format]!, pan: input.newPan ?? input.pan };
      clearBlockWords({ ...target, field, random: core.random }, words);
      batch.replace(i, to.des!, words[0]!, words[1]!);
    }
  });
  batch.encrypt();
  waiting.forEach(({ job }, i) => {
    job.outcome ??= done({ pinBlock: bytesOfWords(batch.hi(i), batch.lo(i)) });
  });
  field.wipe();
  batch.clear();
}

const side = (what: string) =>
  object(what, { key: token('TPK or ZPK', PIN_KEY), format: pinFormat() });

export const translatePinBlock = dataCommand({
  name: 'TranslatePinBlock',
  group: 'pins',
  title: 'moves a PIN from one key to another, and from one PIN block format to another',
  source: 'PCI PIN Security Requirements, 3-3; ISO 9564-1',
  roles: ['production'],
  input: {
    pinBlock: pinBlock(),
    pan: pan(),
    newPan: optional(pan()),
    from: side('what the PIN block is under'),
    to: side('what it shall be under'),
  },
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
  run: translate,
  runMany: translateMany,
});
