/** IBM 3624 in host commands: inputs, verification, new offsets. */

import { offsetOfPin, verifyIbm3624 } from '@pinfold/pin';
import type { Context } from '../../device/context.js';
import { alnum } from '../../layout/nodes.js';
import { refuse } from '../../refusal.js';
import {
  checkLengthOf,
  offsetDigits,
  offsetField,
  refuseWeak,
  tableOf,
  validationOf,
} from './pin-fields.js';

export const offset = alnum('offset', 12, { about: 'left-justified, filled with F' });

interface IbmInputs {
  readonly pvk: string;
  readonly checkLength: string;
  readonly account: string;
  readonly decimalisationTable: string;
  readonly validationData: string;
}

export function ibmOf(context: Context, o: IbmInputs, parity: '10' | '11') {
  return {
    pvk: context.key(o.pvk, 'pvk', parity).des,
    decimalisationTable: tableOf(context, o.decimalisationTable),
    validationData: validationOf(o.validationData, o.account),
  };
}

export function verifyOffset(context: Context, pin: string, o: IbmInputs & { offset: string }) {
  const ibm = ibmOf(context, o, '11');
  const length = checkLengthOf(o.checkLength, pin);
  const digitsOfOffset = offsetDigits(o.offset, length);
  if (!verifyIbm3624({ ...ibm, pin: pin.slice(0, length), offset: digitsOfOffset })) refuse('01');
  return {};
}

export function newOffset(context: Context, pin: string, o: IbmInputs, parity: '10' | '11') {
  refuseWeak(context, pin);
  const ibm = ibmOf(context, o, parity);
  const length = checkLengthOf(o.checkLength, pin);
  return { offset: offsetField(offsetOfPin({ ...ibm, pin: pin.slice(0, length) })) };
}
