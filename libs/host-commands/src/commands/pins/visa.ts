/** Visa PVV in host commands: fields and verification. */

import { verifyPvv } from '@pinfold/pin';
import type { Context } from '../../device/context.js';
import { digits } from '../../layout/nodes.js';
import { refuse } from '../../refusal.js';
import { pvkPair } from './pin-fields.js';

export const pvki = digits('pvki', 1, { about: 'PVK indicator' });

export const pvvField = digits('pvv', 4);

export const PAIR = { plain: 32, about: 'PVK pair' } as const;

export function verifyPvvOf(
  context: Context,
  pin: string,
  o: { pvk: string; pvki: string; account: string; pvv: string },
) {
  const pvk = pvkPair(context.key(o.pvk, 'pvk', '11', 'verify'));
  if (!verifyPvv({ pvk, pvki: o.pvki, pan: `${o.account}0`, pin, pvv: o.pvv })) refuse('01');
  return {};
}
