/** DC, EC, CM and GQ: PINs verified with the Visa method. */

import { mustMatchPvv, pinOfBlock } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { PvvLane } from '../../lanes/verify-pvvs.js';
import { key, layout } from '../../layout/nodes.js';
import {
  account12,
  account12Of,
  accountFor,
  blockFields,
  dukptBlockFields,
  dukptHead,
  pinOfDukpt,
} from './pin-fields.js';
import { PAIR, pvki, pvvField } from './visa.js';

const verifyVisa = <const C extends 'DC' | 'EC'>(code: C, role: 'tpk' | 'zpk', whose: string) => {
  const request = layout(
    key('pinKey', role),
    key('pvk', 'pvk', PAIR),
    ...blockFields('pinKey'),
    accountFor('format'),
    pvki,
    pvvField,
  );
  return hostCommand({
    code,
    name: `Verify ${whose} PIN, Visa method`,
    group: 'pins',
    repeatable: true,
    request,
    reply: layout(),
    errors: {
      '01': 'verification failure',
      '10': `${role.toUpperCase()} parity`,
      '11': 'PVK parity',
    },
    run: (context, o) => {
      const from = context.key(o.pinKey, role, '10', 'decrypt');
      const pin = pinOfBlock(context, from, { ...o, block: o.pinBlock });
      mustMatchPvv(context, pin, { ...o, account: account12Of(o.account, o.format) });
      return {};
    },
    lane: (host) => new PvvLane(host, { request, role }),
  });
};

export const verifyTerminalPvv = verifyVisa('DC', 'tpk', 'a terminal');

export const verifyInterchangePvv = verifyVisa('EC', 'zpk', 'an interchange');

const dukptPvv = <const C extends string>(code: C, name: string) =>
  hostCommand({
    code,
    name,
    group: 'pins',
    repeatable: true,
    request: layout(
      ...dukptHead,
      key('pvk', 'pvk', PAIR),
      ...dukptBlockFields,
      account12,
      pvki,
      pvvField,
    ),
    reply: layout(),
    errors: { '01': 'verification failure', '10': 'BDK parity', '11': 'PVK parity' },
    run: (context, o) => {
      mustMatchPvv(context, pinOfDukpt(context, o), o);
      return {};
    },
  });

export const verifyDukptPvv = dukptPvv('CM', 'Verify a PIN, DUKPT, Visa method');

export const verifyDukptPvvTripleDes = dukptPvv('GQ', 'Verify a PIN, 3DES DUKPT, Visa method');
