/** FA, FK and GC: ZPK, ZEK and ZAK between ZMK and LMK. */

import { KEY_ROLES, type KeyRole } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import type { Context } from '../../device/context.js';
import { choice, key, layout } from '../../layout/nodes.js';
import { imported } from './import-export.js';
import { atallaVariant, hexCheck, oldOptions, zmkFor } from './key-fields.js';

export const importZpk = hostCommand({
  code: 'FA',
  name: 'Translate a ZPK from ZMK to LMK',
  group: 'keys',
  request: layout(key('zmk', 'zmk'), key('key', 'zpk'), atallaVariant, oldOptions),
  reply: layout(key('key', 'zpk'), hexCheck),
  warnings: ['01'],
  errors: {
    '01': 'the key had other parity than odd (warning: it was adjusted)',
    '10': 'ZMK parity',
  },
  run: (context, o) => importedAs(context, 'zpk', o),
});

export const exportZpk = hostCommand({
  code: 'GC',
  name: 'Translate a ZPK from LMK to ZMK',
  group: 'keys',
  repeatable: true,
  request: layout(key('zmk', 'zmk'), key('key', 'zpk'), atallaVariant, oldOptions),
  reply: layout(key('key', 'zpk'), hexCheck),
  errors: { '10': 'ZMK parity', '11': 'ZPK parity' },
  run: (context, o) => {
    const master = zmkFor(context, o, 'encrypt');
    const opened = context.key(o.key, 'zpk', '11');
    const scheme = o.schemeZmk ?? '0';
    const exported = context.keys.exportUnder(master, opened, { scheme, row: KEY_ROLES.zpk });
    return {
      key: exported,
      checkValue: context.keys.checkValue(opened, o.checkValueType === '1' ? 6 : 16),
    };
  },
});

export const zekOrZak = choice('flag', { '0': 'ZEK', '1': 'ZAK' }, { error: '15' });

export const FLAG_ROLE = { '0': 'zek', '1': 'zak' } as const satisfies Record<string, KeyRole>;

export const importZekZak = hostCommand({
  code: 'FK',
  name: 'Translate a ZEK or ZAK from ZMK to LMK',
  group: 'keys',
  request: layout(zekOrZak, key('zmk', 'zmk'), key('key', 'zek'), atallaVariant, oldOptions),
  reply: layout(key('key', 'zek'), hexCheck),
  warnings: ['01'],
  errors: {
    '01': 'the key had other parity than odd (warning: it was adjusted)',
    '10': 'ZMK parity',
  },
  run: (context, o) => importedAs(context, FLAG_ROLE[o.flag], o),
});

function importedAs(
  context: Context,
  role: KeyRole,
  o: {
    zmk: string;
    key: string;
    atallaVariant?: string;
    schemeLmk?: string;
    checkValueType?: '0' | '1';
  },
) {
  const master = zmkFor(context, o, 'decrypt');
  const done = imported(context, {
    master,
    key: o.key,
    keyType: KEY_ROLES[role].type,
    schemeLmk: o.schemeLmk ?? '0',
  });
  if (o.checkValueType === '1') return done;
  const opened = context.key(done.key, role);
  return { ...done, checkValue: context.keys.checkValue(opened, 16) };
}
