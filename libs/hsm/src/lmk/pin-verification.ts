/** PINs verified, and offsets, PVVs and PINs made of each other: Visa PVV and IBM 3624. */
import { equalConstantTime } from '@pinfold/crypto';
import {
  isWeakPin,
  offsetOfPin,
  pinOfOffset,
  pvv,
  validationDataOf,
  verifyIbm3624,
  verifyPvv,
} from '@pinfold/pin';
import { ClearPin, digitsOf } from './clear-pin.js';
import { tableOf } from './decimalisation.js';
import type { KeyNeed } from './keys.js';
import type { LmkContext } from './lmk-context.js';
import { openKeyOf } from './open-key.js';
import { refuse } from './refusal.js';

const PAIR_BYTES = 16;
const SHORTEST = 4;
const LONGEST = 12;

export interface PvvRequest {
  readonly pvk: string;
  readonly pvki: string;
  /** The 12 digits of the host commands. */
  readonly account: string;
}

/** Ends the command with 01 where the PIN has another PVV. */
export function mustMatchPvv(
  context: LmkContext,
  pin: ClearPin,
  o: PvvRequest & { readonly pvv: string },
): void {
  const pvk = pvkPair(context, o.pvk, '11', 'verify');
  const { pvki, pvv: expected } = o;
  const right = verifyPvv({ pvk, pvki, pan: `${o.account}0`, pin: digitsOf(pin), pvv: expected });
  if (!right) refuse('01');
}

/** The PVV of a PIN that the settings take. */
export function pvvOf(
  context: LmkContext,
  pin: ClearPin,
  o: PvvRequest,
  parity: '10' | '11',
): string {
  const pvk = pvkPair(context, o.pvk, parity, 'generate');
  refuseWeak(context, pin);
  return pvv({ pvk, pvki: o.pvki, pan: `${o.account}0`, pin: digitsOf(pin) });
}

function pvkPair(context: LmkContext, token: string, parity: '10' | '11', need: KeyNeed) {
  const key = openKeyOf(context.key(token, 'pvk', parity, need));
  return key.lengthBytes === PAIR_BYTES ? key.des : refuse('27');
}

export interface IbmRequest {
  readonly pvk: string;
  readonly checkLength: string;
  readonly account: string;
  readonly decimalisationTable: string;
  readonly validationData: string;
}

/** The warning of a command of IBM 3624 whose PVK is longer than the single DES key of the method. */
export interface IbmWarning {
  readonly $warning?: '02';
}

const SINGLE_BYTES = 8;
const LONGER: IbmWarning = { $warning: '02' };

/** Ends the command with 01 where the PIN has another offset. `offset`: 12 characters, filled with F. */
export function mustMatchOffset(
  context: LmkContext,
  pin: ClearPin,
  o: IbmRequest & { readonly offset: string },
): IbmWarning {
  const { ibm, warning } = ibmOf(context, o, '11');
  const length = checkLengthOf(o.checkLength, pin);
  const offset = offsetDigits(o.offset, length);
  const right = verifyIbm3624({ ...ibm, pin: digitsOf(pin).slice(0, length), offset });
  return right ? warning : refuse('01');
}

/** The offset of a PIN that the settings take: 12 characters, filled on the right with F. */
export function offsetOf(
  context: LmkContext,
  pin: ClearPin,
  o: IbmRequest,
  parity: '10' | '11',
): IbmWarning & { readonly offset: string } {
  refuseWeak(context, pin);
  const { ibm, warning } = ibmOf(context, o, parity);
  const length = checkLengthOf(o.checkLength, pin);
  const digits = offsetOfPin({ ...ibm, pin: digitsOf(pin).slice(0, length) });
  return { ...warning, offset: digits.padEnd(LONGEST, 'F') };
}

/** The PIN of an offset, if the settings take it. */
export function pinOf(
  context: LmkContext,
  o: IbmRequest & { readonly offset: string },
): IbmWarning & { readonly pin: ClearPin } {
  const length = Number(o.checkLength);
  if (length < SHORTEST || length > LONGEST) refuse('24');
  const { ibm, warning } = ibmOf(context, o, '10');
  const pin = new ClearPin(pinOfOffset({ ...ibm, offset: offsetDigits(o.offset, length) }));
  refuseWeak(context, pin);
  return { ...warning, pin };
}

function ibmOf(context: LmkContext, o: IbmRequest, parity: '10' | '11') {
  const pvk = openKeyOf(context.key(o.pvk, 'pvk', parity));
  const ibm = {
    pvk: pvk.des,
    decimalisationTable: tableOf(context, o.decimalisationTable),
    validationData: wholeValidationData(o),
  };
  return { ibm, warning: pvk.lengthBytes === SINGLE_BYTES ? {} : LONGER };
}

/** Twelve characters with N for digits of the account, or P and all sixteen digits. */
function wholeValidationData({ validationData: template, account }: IbmRequest): string {
  const whole = /^P([0-9A-F]{16})$/.exec(template);
  return whole === null ? validationDataOf({ template, account }) : whole[1]!;
}

function checkLengthOf(text: string, pin: ClearPin): number {
  const length = Number(text);
  if (length < SHORTEST || length > LONGEST) refuse('24');
  if (length > pin.length) refuse('81');
  return length;
}

/** The digits of an offset field that count. */
function offsetDigits(field: string, length: number): string {
  const digits = field.slice(0, length);
  return /^\d+$/.test(digits) ? digits : refuse('15');
}

/** Ends the command with 01 where the PINs differ. */
export function mustBeSamePin(one: ClearPin, other: ClearPin): void {
  const padded = (pin: ClearPin) => new TextEncoder().encode(digitsOf(pin).padEnd(LONGEST, 'F'));
  if (!equalConstantTime(padded(one), padded(other))) refuse('01');
}

/** Ends the command where the settings exclude the PIN. */
export function refuseWeak(context: LmkContext, pin: ClearPin): void {
  if (isExcluded(context, pin)) refuse('86', 'no-weak-pins');
}

export function isExcluded(context: LmkContext, pin: ClearPin): boolean {
  return context.on('no-weak-pins') && isWeakPin(digitsOf(pin));
}
