/** Fields, errors and the card key that the EMV commands share. */

import { toHex } from '@pinfold/crypto';
import { iccMasterKey } from '@pinfold/emv';
import { binary, hex, layout, literal } from '../../layout/nodes.js';
import { refuse } from '../../refusal.js';

export const panPsn = binary('panPsn', 8, {
  about: 'account number and sequence number, 16 right-most digits, packed',
});

export const atc = binary('atc', 2);

export const un = binary('un', 4, { about: 'unpredictable number' });

export const transaction = layout(
  hex('length', 2, { error: '80', about: 'bytes of the transaction data' }),
  binary('data', { from: 'length', radix: 16, max: 255 }),
  literal(';'),
);

export const arqcErrors = {
  '01': 'ARQC verification failure',
  '04': 'mode',
  '05': 'scheme',
  '10': 'MK-AC parity',
  '81': 'no transaction data',
} as const;

/** The card's master key by option A from 16 digits, packed: the block is already formed. */
export function cardKeyOf(masterKey: Uint8Array, panPsnBytes: Uint8Array): Uint8Array {
  const text = toHex(panPsnBytes);
  if (!/^\d{16}$/.test(text)) refuse('22');
  return iccMasterKey({ imk: masterKey, pan: text.slice(0, 14), psn: text.slice(14) });
}
