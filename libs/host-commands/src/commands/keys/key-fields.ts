/** Fields that the key commands share. */

import { atallaVariantOf, type KeyRole, type LmkKey, refuse } from '@pinfold/hsm';
import type { Context } from '../../device/context.js';
import {
  alnum,
  choice,
  digits,
  END_OF_FIELDS,
  hex,
  optional,
  text,
  unlessNext,
} from '../../layout/nodes.js';

export const keyType = alnum('keyType', 3, {
  error: '04',
  about: 'key type code; FFF with key blocks',
});

export const schemeLmk = text('schemeLmk', 1, { error: '26', about: 'key scheme under LMK' });

export const schemeOut = text('schemeOut', 1, {
  error: '26',
  about: 'key scheme under the other key',
});

export const checkValue = hex('checkValue', 6);

export const hexCheck = hex('checkValue', { beforeEnd: 0, max: 16 });

/** What host commands of old have after the keys; read, and only the schemes used. */
export const oldOptions = optional(
  ';',
  text('schemeZmk', 1),
  text('schemeLmk', 1),
  choice('checkValueType', { '0': '16 digits', '1': '6 digits' }),
);

/** For ZMKs that are shared with Atalla equipment. */
export const atallaVariant = unlessNext(
  END_OF_FIELDS,
  digits(
    'atallaVariant',
    { before: END_OF_FIELDS, max: 2 },
    { about: 'Atalla variant of the other key, 0 to 31' },
  ),
);

export const ZMK = { '0': 'zmk', '1': 'tmk' } as const satisfies Record<string, KeyRole>;

/** The ZMK (or TMK) of a command, in its Atalla variant where one is given. */
export function zmkFor(
  context: Context,
  o: { readonly zmk: string; readonly master?: keyof typeof ZMK; readonly atallaVariant?: string },
  need: 'encrypt' | 'decrypt',
): LmkKey {
  const master = context.key(o.zmk, ZMK[o.master ?? '0'], '10', need);
  return atallaVariantOf(context, master, o.atallaVariant);
}

export function exportKeyUnder(
  context: Context,
  master: LmkKey,
  made: LmkKey,
  type: string,
  scheme: string,
): string {
  const { attributes, tail } = context;
  const version = master.algorithm === 'A' ? 'D' : 'B';
  if (scheme === 'R' && tail.blockVersion !== undefined && tail.blockVersion !== version) {
    refuse('83');
  }
  return context.keys.exportUnder(master, made, {
    scheme,
    row: context.row(type),
    attributes: { ...attributes, ...tail.exported },
  });
}

export const LENGTH_FLAG = { '0': 16, '1': 32, '2': 48 } as const;
