/** HA, HC, IA and FI: a key of one kind made under LMK and under another key. */

import { atallaVariantOf, KEY_ROLES, type KeyRole } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { key, layout } from '../../layout/nodes.js';
import { atallaVariant, hexCheck, oldOptions, zmkFor } from './key-fields.js';
import { FLAG_ROLE, zekOrZak } from './zone-keys.js';

/** A key of a role made under LMK and under another key. */
const generateUnder = <const C extends string>(
  code: C,
  o: { name: string; master: 'zmk' | 'tmk'; role: KeyRole },
) =>
  hostCommand({
    code,
    name: o.name,
    group: 'keys',
    request: layout(key('master', o.master), atallaVariant, oldOptions),
    reply: layout(key('exported', o.role), key('key', o.role), hexCheck),
    errors: { '10': `${o.master.toUpperCase()} parity` },
    run: (context, given) => {
      const master = atallaVariantOf(
        context,
        context.key(given.master, o.master, '10', 'encrypt'),
        given.atallaVariant,
      );
      const scheme = given.schemeLmk ?? (context.lmk.kind === 'key-block' ? 'S' : 'Z');
      const made = context.newKey(scheme);
      const row = KEY_ROLES[o.role];
      const out = given.schemeZmk ?? (context.on('key-block-exchange') ? 'R' : '0');
      const exported = context.keys.exportUnder(master, made, { scheme: out, row });
      const sealed = context.keys.seal(context.lmk, made, { row, scheme });
      const size = given.checkValueType === '1' ? 6 : 16;
      const check = o.master === 'zmk' ? context.keys.checkValue(made, size) : '';
      return { exported, key: sealed, checkValue: check };
    },
  });

export const generateTmkKey = generateUnder('HC', {
  name: 'Generate a TMK, TPK or PVK under a TMK',
  master: 'tmk',
  role: 'tpk',
});

export const generateTak = generateUnder('HA', {
  name: 'Generate a TAK under a TMK',
  master: 'tmk',
  role: 'tak',
});

export const generateZpk = generateUnder('IA', {
  name: 'Generate a ZPK under a ZMK',
  master: 'zmk',
  role: 'zpk',
});

export const generateZekZak = hostCommand({
  code: 'FI',
  name: 'Generate a ZEK or ZAK under a ZMK',
  group: 'keys',
  request: layout(zekOrZak, key('zmk', 'zmk'), atallaVariant, oldOptions),
  reply: layout(key('exported', 'zek'), key('key', 'zek'), hexCheck),
  errors: { '10': 'ZMK parity' },
  run: (context, o) => {
    const row = KEY_ROLES[FLAG_ROLE[o.flag]];
    const master = zmkFor(context, o, 'encrypt');
    const scheme = o.schemeLmk ?? (context.lmk.kind === 'key-block' ? 'S' : 'Z');
    const made = context.newKey(scheme);
    const out = o.schemeZmk ?? (context.on('key-block-exchange') ? 'R' : '0');
    const exported = context.keys.exportUnder(master, made, { scheme: out, row });
    const sealed = context.keys.seal(context.lmk, made, { row, scheme });
    return {
      exported,
      key: sealed,
      checkValue: context.keys.checkValue(made, o.checkValueType === '1' ? 6 : 16),
    };
  },
});
