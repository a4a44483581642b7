/**
 * The most used PIN commands as chains of blocks (see `lockstep.ts`): ISO formats 0, 1 and 3 under
 * triple DES. Anything else takes the ordinary way, and the two give the same replies.
 */
import type { DesKey } from '@pinfold/crypto';
import {
  accountHi,
  accountLo,
  convertFieldHi,
  convertFieldLo,
  equalWords,
  firstFourDigits,
  type IsoControl,
  nibblesText,
  packDigits,
  pinFieldLength,
  pvvOfWords,
  pvvParameterHi,
  pvvParameterLo,
} from '@pinfold/pin';
import type { Context } from '../../device/context.js';
import type { OpenKey } from '../../device/keys.js';
import { type BlockStep, hexWord } from '../../device/lockstep.js';
import { refuse } from '../../refusal.js';

const CONTROLS: Readonly<Record<string, IsoControl>> = { '01': 0, '05': 1, '47': 3 };

interface Field {
  readonly control: IsoControl;
  readonly hi: number;
  readonly lo: number;
}

/** What is XORed into the field of a format for an account of 12 digits. */
function accountField(control: IsoControl, account: string): { hi: number; lo: number } {
  if (control === 1) return { hi: 0, lo: 0 };
  const pan = `${account}0`;
  return { hi: accountHi(pan), lo: accountLo(pan) };
}

const tripleDes = (key: OpenKey): DesKey | undefined =>
  key.algorithm === 'T' && key.bytes.length >= 8 ? key.des : undefined;

/** Deciphers a PIN block; the clear field and its PIN's length go on. Code 20 for any fault. */
function readPin(
  o: { key: DesKey; block: string; control: IsoControl; account: string },
  go: (length: number, field: Field) => ReturnType<BlockStep['next']>,
): BlockStep {
  const mask = accountField(o.control, o.account);
  return {
    key: o.key,
    decrypt: true,
    hi: hexWord(o.block, 0),
    lo: hexWord(o.block, 8),
    next: (hi, lo) => {
      const field = { control: o.control, hi: hi ^ mask.hi, lo: lo ^ mask.lo };
      const length = pinFieldLength(o.control, field.hi, field.lo);
      return length === 0 ? refuse('20') : go(length, field);
    },
  };
}

export interface TranslationInput {
  readonly maxPinLength: string;
  readonly sourceBlock: string;
  readonly sourceFormat: string;
  readonly destinationFormat: string;
  readonly account: string;
}

/** CA and CC; undefined where the ordinary way must be taken. */
export function translationChain(
  context: Context,
  o: TranslationInput,
  keys: { from: OpenKey; to: OpenKey },
): BlockStep | undefined {
  const from = CONTROLS[o.sourceFormat];
  const to = CONTROLS[o.destinationFormat];
  const source = tripleDes(keys.from);
  const target = tripleDes(keys.to);
  const { account } = o;
  if (from === undefined || to === undefined || !isAccount(account)) return undefined;
  if (source === undefined || target === undefined) return undefined;
  return readPin({ key: source, block: o.sourceBlock, control: from, account }, (length, field) => {
    if (length > Number(o.maxPinLength)) refuse('24');
    const mask = accountField(to, account);
    const fill = to === 0 ? NO_FILL : randomWords(context);
    return {
      key: target,
      decrypt: false,
      hi: convertFieldHi(to, length, field.hi, fill.hi) ^ mask.hi,
      lo: convertFieldLo(to, length, field.lo, fill.lo) ^ mask.lo,
      next: (hi, lo) => ({
        pinLength: String(length).padStart(2, '0'),
        pinBlock: nibblesText(hi, lo, 0, 16),
        format: o.destinationFormat,
      }),
    };
  });
}

const NO_FILL = { hi: 0, lo: 0 };

function randomWords(context: Context): { hi: number; lo: number } {
  const view = new DataView(Uint8Array.from(context.device.random(8)).buffer);
  return { hi: view.getInt32(0), lo: view.getInt32(4) };
}

export interface PvvInput {
  readonly pinBlock: string;
  readonly format: string;
  readonly account: string;
  readonly pvki: string;
  readonly pvv: string;
}

/** DC and EC; undefined where the ordinary way must be taken. */
export function pvvChain(
  o: PvvInput,
  keys: { pin: OpenKey; pvk: () => DesKey },
): BlockStep | undefined {
  const control = CONTROLS[o.format];
  const key = tripleDes(keys.pin);
  const { account } = o;
  if (control === undefined || key === undefined || !isAccount(account)) return undefined;
  return readPin({ key, block: o.pinBlock, control, account }, (_, field) => {
    const pan = `${account}0`;
    const parameter = pvvParameterLo(pan, Number(o.pvki)) | firstFourDigits(field.hi);
    return {
      key: keys.pvk(),
      decrypt: false,
      hi: pvvParameterHi(pan),
      lo: parameter,
      next: (hi, lo) => {
        const right = equalWords(0, pvvOfWords(hi, lo), 0, packDigits(o.pvv, 0, 4));
        return right === 1 ? {} : refuse('01');
      },
    };
  });
}

const isAccount = (account: string): boolean => /^\d{12}$/.test(account);
