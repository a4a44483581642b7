/** A6 and A8: keys under a ZMK or TMK. */
import { importKey as keyFrom, type LmkKey } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import type { Context } from '../../device/context.js';
import { choice, key, layout, optional } from '../../layout/nodes.js';
import {
  atallaVariant,
  checkValue,
  exportKeyUnder,
  keyType,
  schemeLmk,
  schemeOut,
  zmkFor,
} from './key-fields.js';

export const importKey = hostCommand({
  code: 'A6',
  name: 'Import a key',
  group: 'keys',
  attributes: true,
  request: layout(
    keyType,
    key('zmk', 'zmk'),
    key('key', { typeFrom: 'keyType' }),
    schemeLmk,
    atallaVariant,
  ),
  reply: layout(key('key', { typeFrom: 'keyType' }), checkValue),
  warnings: ['01'],
  errors: {
    '01': 'the key had other parity than odd (warning: it was adjusted)',
    '10': 'ZMK parity',
  },
  run: (context, o) => imported(context, { ...o, master: zmkFor(context, o, 'decrypt') }),
});

export function imported(
  context: Context,
  o: { master: LmkKey; key: string; keyType: string; schemeLmk: string },
) {
  const { master, key: token, keyType: type } = o;
  const { key, adjusted } = keyFrom(context, { master, token, type });
  return {
    ...(adjusted ? { $warning: '01' as const } : {}),
    key: context.sealKey(key, type, o.schemeLmk),
    checkValue: context.keys.checkValue(key),
  };
}

export const exportKey = hostCommand({
  code: 'A8',
  name: 'Export a key',
  group: 'keys',
  repeatable: true,
  attributes: true,
  request: layout(
    keyType,
    optional(';', choice('master', { '0': 'ZMK', '1': 'TMK' })),
    key('zmk', 'zmk', { about: 'ZMK or TMK' }),
    key('key', { typeFrom: 'keyType' }),
    schemeOut,
    atallaVariant,
  ),
  reply: layout(key('key', { typeFrom: 'keyType' }), checkValue),
  errors: { '10': 'ZMK or TMK parity', '11': 'key parity' },
  run: (context, o) => {
    const master = zmkFor(context, o, 'encrypt');
    const opened = context.keyOfType(o.key, o.keyType, '11');
    return {
      key: exportKeyUnder(context, master, opened, o.keyType, o.schemeOut),
      checkValue: context.keys.checkValue(opened),
    };
  },
});
