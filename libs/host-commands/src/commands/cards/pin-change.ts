/** The new PIN of a PIN-change script: from a PIN block under a ZPK or TPK to the block that the card takes. */
import { toHex } from '@pinfold/crypto';
import { visaPinChangeBlock } from '@pinfold/emv';
import { encodePinBlock } from '@pinfold/pin';
import type { Context } from '../../device/context.js';
import { choice, digits, hex, key, layout, when } from '../../layout/nodes.js';
import { refuse } from '../../refusal.js';
import { pinKeyOf, pinOfBlock } from '../pins/pin-fields.js';
import { cardKeyOf } from './emv-fields.js';

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
  readonly panPsn: Uint8Array;
  readonly keyKind: keyof typeof KEY_TYPES;
  readonly pinKey: string;
  readonly sourceFormat: string;
  readonly destinationFormat: '34' | '35' | '41' | '42';
  readonly account: string;
  readonly mkAc?: string;
  readonly currentPinBlock?: string;
}

/** The PIN of the block as the card takes it, in clear. */
export function newPinBlock(
  context: Context,
  o: PinChange & { readonly pinBlock: Uint8Array },
): Uint8Array {
  const from = pinKeyOf(context, o.pinKey, KEY_TYPES[o.keyKind], '12');
  const { account, sourceFormat: format } = o;
  const pinOf = (block: string): string => pinOfBlock(context, from, { block, format, account });
  if (o.pinBlock.length !== 8) refuse('80');
  const pin = pinOf(toHex(o.pinBlock));
  switch (o.destinationFormat) {
    case '34':
      return encodePinBlock({ format: 'iso2', pin });
    case '35':
      return encodePinBlock({ format: 'mastercard-pay-now-pay-later', pin, pan: `${account}0` });
    case '41':
    case '42': {
      const { bytes } = context.key(o.mkAc!, 'mkAc', '13', 'derive');
      const masterKeyAc = cardKeyOf(bytes, o.panPsn);
      const currentPin = o.currentPinBlock === undefined ? undefined : pinOf(o.currentPinBlock);
      const block = visaPinChangeBlock({ masterKeyAc, newPin: pin, currentPin });
      masterKeyAc.fill(0);
      return block;
    }
  }
}
