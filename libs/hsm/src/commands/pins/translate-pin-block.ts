import { bytesOfWords, type IsoControl, type PinBlockFormat } from '@pinfold/pin';
import type { Core } from '../../core.js';
import { type BatchForm, dataCommand, type Outcomes } from '../../declare/command.js';
import { bytes, object, optional, token } from '../../declare/field.js';
import type { ClearKey } from '../../keys/clear-key.js';
import { readySlot } from '../../keys/key-store.js';
import { done, type Outcome, type Refusal, refusal } from '../../outcome.js';
import { account, accountOf, isBound } from '../../pin/account.js';
import { BlockBatch, LANES } from '../../pin/batch.js';
import { buildPinBlock, pinFieldWords } from '../../pin/build.js';
import { extractPin, fitsFormat, isoControl, PinField } from '../../pin/extract.js';
import { isPan, isPinBlock, isPinFormat, isToken } from '../../pin/input-checks.js';
import type { Policy } from '../../policy/policy.js';
import { PIN_KEY, pan, pinBlock, pinFormat } from '../fields.js';

const FROM_SLOT = readySlot({ ...PIN_KEY, part: 'key' });
const TO_SLOT = readySlot({ ...PIN_KEY, part: 'key' });
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

const TO_TERMINAL = refusal('TRANSLATION_REFUSED', 'M3.towards-issuer');
const field = new PinField();

/** What both forms look at before any PIN is touched: a refusal, or nothing and the keys in `keys`. */
function prepare(core: Core, input: Input, keys: Keys): Refusal | undefined {
  const { from, to, pinBlock } = input;
  const fromKey = core.keys.open(from.key, FROM_SLOT);
  const toKey = core.keys.open(to.key, TO_SLOT);
  if (fromKey === undefined || toKey === undefined) return INVALID_TOKEN;
  if (!fitsFormat(fromKey, from.format, pinBlock.length)) return INVALID_FORMAT;
  if (!fitsFormat(toKey, to.format, to.format === 'iso4' ? 16 : 8)) return INVALID_FORMAT;
  keys.from = fromKey;
  keys.to = toKey;
  const { policy } = core;
  if (toKey.header.usage === 'TPK' && policy.on['M3.towards-issuer']) return TO_TERMINAL;
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

/** A translation in the batch. */
class BatchedTranslation {
  to!: ClearKey;
  place = 0;
  fromControl: IsoControl = 0;
  toControl: IsoControl = 0;
  /** The account fields of both sides; zero where a format has none. */
  fromHi = 0;
  fromLo = 0;
  toHi = 0;
  toLo = 0;
  /** Once the block was found bad. */
  refused: Refusal | undefined;
}

/** Formats 0 to 3 under triple DES go through the batch engine, everything else one by one. */
class Translations implements BatchForm<Input, Output> {
  readonly #waiting = Array.from({ length: LANES }, () => new BatchedTranslation());
  readonly #blocks = new BlockBatch();
  readonly #words = new Int32Array(2);
  #count = 0;

  add(core: Core, input: Input, place: number, outcomes: Outcomes<Output>): boolean {
    const fromControl = isoControl(input.from.format);
    const toControl = isoControl(input.to.format);
    if (fromControl === undefined || toControl === undefined) {
      outcomes[place] = translate(core, input);
      return false;
    }
    const refused = prepare(core, input, keys);
    if (refused !== undefined) {
      outcomes[place] = refused;
      return false;
    }
    const lane = this.#count;
    const own = this.#waiting[lane]!;
    own.to = keys.to!;
    own.place = place;
    own.fromControl = fromControl;
    own.toControl = toControl;
    accountOf(input.pan);
    own.fromHi = isBound(fromControl) ? account.fieldHi : 0;
    own.fromLo = isBound(fromControl) ? account.fieldLo : 0;
    if (input.newPan !== undefined) accountOf(input.newPan);
    own.toHi = isBound(toControl) ? account.fieldHi : 0;
    own.toLo = isBound(toControl) ? account.fieldLo : 0;
    this.#blocks.putBytes(lane, keys.from!.des!, input.pinBlock);
    this.#count = lane + 1;
    return this.#count === LANES;
  }

  finish(core: Core, outcomes: Outcomes<Output>): void {
    const count = this.#count;
    const blocks = this.#blocks;
    blocks.decrypt(count);
    for (let lane = 0; lane < count; lane++) this.#rebuild(core, lane);
    blocks.encrypt(count);
    for (let lane = 0; lane < count; lane++) {
      const { place, refused } = this.#waiting[lane]!;
      outcomes[place] =
        refused ?? done({ pinBlock: bytesOfWords(blocks.hi(lane), blocks.lo(lane)) });
    }
    this.clear();
  }

  clear(): void {
    this.#blocks.wipe();
    this.#words.fill(0);
    field.wipe();
    this.#count = 0;
  }

  /** One deciphered block, judged and put into its new format. */
  #rebuild(core: Core, lane: number): void {
    const own = this.#waiting[lane]!;
    const blocks = this.#blocks;
    const words = this.#words;
    const hi = blocks.hi(lane) ^ own.fromHi;
    field.judge(core.policy, own.fromControl, hi, blocks.lo(lane) ^ own.fromLo);
    own.refused = field.why;
    if (field.length === 0) return;
    pinFieldWords(own.toControl, field, core.random, words);
    blocks.put(lane, own.to.des!, words[0]! ^ own.toHi, words[1]! ^ own.toLo);
  }
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
    'M3.towards-issuer',
    'M3.translation-table',
    'M3.same-account',
    'M4.one-answer',
    'M5.no-digit-check',
  ],
  accepts,
  run: translate,
  batch: new Translations(),
});
