/** B0, BW and BS: from scheme to scheme and from LMK to LMK. */

import { refuse } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { alnum, choice, digits, key, layout, optional, when } from '../../layout/nodes.js';
import { keyType, LENGTH_FLAG, schemeLmk } from './key-fields.js';

export const translateScheme = hostCommand({
  code: 'B0',
  name: 'Translate a key scheme',
  group: 'keys',
  repeatable: true,
  attributes: true,
  request: layout(keyType, key('key', { typeFrom: 'keyType' }), schemeLmk),
  reply: layout(key('key', { typeFrom: 'keyType' })),
  errors: { '10': 'key parity' },
  run: (context, o) => {
    const opened = context.keyOfType(o.key, o.keyType);
    return { key: context.sealKey(opened, o.keyType, o.schemeLmk) };
  },
});

export const translateOldLmk = hostCommand({
  code: 'BW',
  name: 'Translate a key from old LMK to the LMK',
  group: 'keys',
  repeatable: true,
  attributes: true,
  request: layout(
    alnum('typeCode', 2, { error: '04', about: 'LMK pair code; FF: the whole type follows' }),
    choice(
      'lengthFlag',
      { '0': 'single', '1': 'double', '2': 'triple', F: 'key block' },
      { error: '05' },
    ),
    key('key', { typeFrom: 'typeCode' }, { plain: { by: 'lengthFlag', of: LENGTH_FLAG } }),
    when('typeCode', 'FF', optional(';', alnum('keyType', 3, { error: '04' }))),
    optional(';', digits('reserved', 1), schemeLmk, digits('reserved2', 1)),
  ),
  reply: layout(key('key', { typeFrom: 'typeCode' })),
  errors: { '10': 'key parity', A1: 'no LMK of the other scheme' },
  notes:
    'The old LMK is the variant LMK of the device where the message names a key-block LMK (migration), else the LMK itself.',
  run: (context, o) => {
    const type = o.typeCode === 'FF' ? (o.keyType ?? 'FFF') : `0${o.typeCode}`;
    const { lmk, module } = context;
    const old =
      lmk.kind === 'key-block' && !o.key.startsWith('S')
        ? (module.lmks.find(({ kind }) => kind === 'variant') ?? refuse('A1'))
        : lmk;
    const opened = context.keys.open(old, o.key, context.row(type));
    const scheme = o.schemeLmk ?? (lmk.kind === 'key-block' ? 'S' : '0');
    return { key: context.sealKey(opened, type, scheme) };
  },
});

export const eraseKeyChange = hostCommand({
  code: 'BS',
  name: 'Erase the key change storage',
  group: 'keys',
  request: layout(),
  reply: layout(),
  notes: 'There is no key change storage; the answer is that it is empty.',
  run: () => ({}),
});
