/** BU: check values. */

import { refuse } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { alnum, choice, hex, key, layout, optional, when } from '../../layout/nodes.js';
import { LENGTH_FLAG } from './key-fields.js';

export const checkValueOfKey = hostCommand({
  code: 'BU',
  name: 'Generate a key check value',
  group: 'keys',
  repeatable: true,
  request: layout(
    alnum('typeCode', 2, { error: '04', about: 'LMK pair code; FF: the whole type follows' }),
    choice(
      'lengthFlag',
      { '0': 'single', '1': 'double', '2': 'triple', F: 'key block' },
      { error: '05' },
    ),
    key('key', { typeFrom: 'typeCode' }, { plain: { by: 'lengthFlag', of: LENGTH_FLAG } }),
    when('typeCode', 'FF', optional(';', alnum('keyType', 3, { error: '04' }))),
    optional(
      ';',
      alnum('reserved', 2, { about: 'key schemes, not looked at' }),
      choice('checkValueType', { '0': '16 digits', '1': '6 digits' }),
    ),
  ),
  reply: layout(hex('checkValue', { beforeEnd: 0, max: 16 })),
  errors: { '10': 'key parity' },
  run: (context, o) => {
    const type = o.typeCode === 'FF' ? (o.keyType ?? 'FFF') : `0${o.typeCode}`;
    const opened = context.keyOfType(o.key, type);
    const size = o.lengthFlag === 'F' ? undefined : LENGTH_FLAG[o.lengthFlag] / 2;
    if (size !== undefined && opened.lengthBytes !== size) refuse('05');
    return { checkValue: context.keys.checkValue(opened, o.checkValueType === '1' ? 6 : 16) };
  },
});
