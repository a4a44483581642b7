/** Fields that the PIN commands share. */
import {
  type ClearPin,
  dukptPinKey,
  type LmkKey,
  pinOfBlock,
  type ReplyCode,
  refuse,
} from '@pinfold/hsm';
import type { Context } from '../../device/context.js';
import {
  ACCOUNT_BY_FORMAT,
  alnum,
  digits,
  hex,
  key,
  layout,
  type ValuesOf,
} from '../../layout/nodes.js';
import { ksnFields } from '../dukpt-fields.js';
import { SEALED_TABLE } from './ibm.js';

/** Format codes as one field. */
export const format = <const N extends string>(name: N) =>
  digits(name, 2, { about: 'PIN block format code', error: '23' });

export const account12 = digits('account', 12, {
  about: 'the 12 right-most digits of the account number before the check digit',
  error: '22',
});

export const pinBlockUnder = <const N extends string, const K extends string>(name: N, key: K) =>
  hex(name, { blockOf: key }, { about: '16 digits; 32 under an AES key' });

/** The account number that the format of an earlier field asks for. */
export const accountFor = <const F extends readonly string[]>(...formats: F) =>
  hex('account', { accountFor: formats }, { error: '22' });

/**
 * The 12 digits of an `accountFor` field, as PINs under LMK and verification methods take them: of format
 * 04 the last ones, of a whole account number those before the check digit.
 */
export function account12Of(account: string, format: string): string {
  const whole = format === ACCOUNT_BY_FORMAT.aes;
  return (whole ? account.slice(0, -1) : account).slice(-12).padStart(12, '0');
}

/** A PIN block with its format, under the key of the token named. */
export const blockFields = <const K extends string>(name: K) =>
  layout(pinBlockUnder('pinBlock', name), format('format'));

/** What the commands that verify PINs under DUKPT begin with. */
export const dukptHead = layout(
  digits('mode', 1, { about: '0: verify the PIN' }),
  key('bdk', 'bdk'),
);

/** A PIN block under the session key of a DUKPT key serial number. */
export const dukptBlockFields = layout(...ksnFields, hex('pinBlock', 16), format('format'));

/** The PIN of those fields. Mode 0 is the one that only verifies the PIN. */
export function pinOfDukpt(
  context: Context,
  o: ValuesOf<typeof dukptHead> & ValuesOf<typeof dukptBlockFields> & { account: string },
): ClearPin {
  if (o.mode !== '0') refuse('15');
  return pinOfBlock(context, dukptPinKey(context, o), { ...o, block: o.pinBlock });
}

/** A ZPK or TPK whose type stands before it. */
export const typedPinKey = layout(
  alnum('keyType', 3, { about: '001 ZPK, 002 TPK' }),
  key('pinKey', { typeFrom: 'keyType' }),
);

/** A PIN field under LMK 02-03. */
export const storedPin = alnum('pin', 'pin', { about: 'PIN under LMK 02-03' });

const checkLength = digits('checkLength', 2, { about: 'digits of the PIN that are compared' });

const tableAndData = layout(
  alnum('decimalisationTable', SEALED_TABLE, {
    about: 'in clear, or as ED gives it; as ED gives it where settings ask for it',
  }),
  alnum(
    'validationData',
    { first: { P: 17 }, otherwise: 12 },
    {
      about:
        'with N where the last 5 digits of the account number go; P and 16 hexadecimal digits as they are',
    },
  ),
);

/** The commands of IBM 3624 go on with a longer PVK than the method has, and say so. */
export const IBM_WARNINGS = ['02'] as const;
export const IBM_ERRORS = { '02': 'warning: the PVK is longer than single length' } as const;

/** IBM 3624: what follows the PIN in the commands that verify or make offsets. */
export const ibmFields = layout(checkLength, account12, ...tableAndData);

/** The same after a PIN block, whose format says how long the account number is. */
export const ibmFieldsAfterBlock = layout(checkLength, accountFor('format'), ...tableAndData);

/** A ZPK or TPK, as the type says; FFF with key blocks, whose usage says it. */
export function pinKeyOf(
  context: Context,
  token: string,
  type: string,
  parity: ReplyCode = '10',
): LmkKey {
  if (type !== '001' && type !== '002' && type !== 'FFF') refuse('04');
  const role = type === '002' || (type === 'FFF' && token.slice(6, 8) === '71') ? 'tpk' : 'zpk';
  return context.key(token, role, parity, 'decrypt');
}
