/** The new PIN of a PIN-change script: where it comes from, and the block that the card takes. */
import type { PinForCard } from '@pinfold/hsm';
import type { Context } from '../../device/context.js';
import { choice, digits, hex, key, layout, when } from '../../layout/nodes.js';
import { pinKeyOf } from '../pins/pin-fields.js';

const KEY_TYPES = { '0': '001', '1': '002', F: 'FFF' } as const;

export const pinChangeFields = layout(
  choice('keyKind', { '0': 'ZPK', '1': 'TPK', F: 'key block' }, { error: '15' }),
  key('pinKey', 'zpk', { about: 'ZPK or TPK' }),
  digits('sourceFormat', 2, { error: '23' }),
  choice(
    'destinationFormat',
    {
      '34': 'ISO format 2',
      '35': 'Mastercard Pay Now & Pay Later',
      '41': 'Visa, new PIN',
      '42': 'Visa, new PIN and current PIN',
    },
    { error: '23' },
  ),
  digits('account', 12, { error: '22' }),
  when('destinationFormat', ['41', '42'], key('mkAc', 'mkAc')),
  when(
    'destinationFormat',
    '42',
    hex('currentPinBlock', 16, { about: 'block of the current PIN, as the new one' }),
  ),
);

export interface PinChange {
  readonly keyKind: keyof typeof KEY_TYPES;
  readonly pinKey: string;
  readonly sourceFormat: string;
  readonly destinationFormat: PinForCard['destination'];
  readonly account: string;
  readonly mkAc?: string;
  readonly currentPinBlock?: string;
}

/** The new PIN, with the keys of the message open. */
export function pinForCard(context: Context, o: PinChange, pinBlock: Uint8Array): PinForCard {
  const { sourceFormat, account, currentPinBlock } = o;
  return {
    pinKey: pinKeyOf(context, o.pinKey, KEY_TYPES[o.keyKind], '12'),
    pinBlock,
    sourceFormat,
    account,
    destination: o.destinationFormat,
    mkAc: o.mkAc === undefined ? undefined : context.key(o.mkAc, 'mkAc', '13', 'derive'),
    currentPinBlock,
  };
}
