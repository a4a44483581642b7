/** Fields that the key commands share. */

import { type KeyRole, type LmkKey, refuse } from '@pinfold/hsm';
import type { Context } from '../../device/context.js';
import { alnum, choice, hex, optional, text } from '../../layout/nodes.js';

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

export const ZMK = { '0': 'zmk', '1': 'tmk' } as const satisfies Record<string, KeyRole>;

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
