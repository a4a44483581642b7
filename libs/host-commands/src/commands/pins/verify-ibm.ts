/** DA, EA, CK and GO: PINs verified with the IBM method. */

import { mustMatchOffset, pinOfBlock, refuse } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { digits, key, layout } from '../../layout/nodes.js';
import { offset } from './ibm.js';
import {
  account12Of,
  blockFields,
  dukptBlockFields,
  dukptHead,
  IBM_ERRORS,
  IBM_WARNINGS,
  ibmFields,
  ibmFieldsAfterBlock,
  pinOfDukpt,
} from './pin-fields.js';

const verifyIbm = <const C extends 'DA' | 'EA'>(code: C, role: 'tpk' | 'zpk', whose: string) =>
  hostCommand({
    code,
    name: `Verify ${whose} PIN, IBM method`,
    group: 'pins',
    repeatable: true,
    request: layout(
      key('pinKey', role),
      key('pvk', 'pvk'),
      digits('maxPinLength', 2),
      ...blockFields('pinKey'),
      ...ibmFieldsAfterBlock,
      offset,
    ),
    reply: layout(),
    errors: {
      '01': 'verification failure',
      ...IBM_ERRORS,
      '10': `${role.toUpperCase()} parity`,
      '11': 'PVK parity',
    },
    warnings: IBM_WARNINGS,
    run: (context, o) => {
      const from = context.key(o.pinKey, role, '10', 'decrypt');
      const pin = pinOfBlock(context, from, { ...o, block: o.pinBlock });
      if (pin.length > Number(o.maxPinLength)) refuse('24');
      const account = account12Of(o.account, o.format);
      return mustMatchOffset(context, pin, { ...o, account });
    },
  });

export const verifyTerminalIbm = verifyIbm('DA', 'tpk', 'a terminal');

export const verifyInterchangeIbm = verifyIbm('EA', 'zpk', 'an interchange');

const dukptIbm = <const C extends string>(code: C, name: string) =>
  hostCommand({
    code,
    name,
    group: 'pins',
    repeatable: true,
    request: layout(...dukptHead, key('pvk', 'pvk'), ...dukptBlockFields, ...ibmFields, offset),
    reply: layout(),
    errors: { '01': 'verification failure', ...IBM_ERRORS, '10': 'BDK parity', '11': 'PVK parity' },
    warnings: IBM_WARNINGS,
    run: (context, o) => {
      return mustMatchOffset(context, pinOfDukpt(context, o), o);
    },
  });

export const verifyDukptIbm = dukptIbm('CK', 'Verify a PIN, DUKPT, IBM method');

export const verifyDukptIbmTripleDes = dukptIbm('GO', 'Verify a PIN, 3DES DUKPT, IBM method');
