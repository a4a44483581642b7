/** Fields and errors that the RSA commands share. */
import {
  type KeptPublicKey,
  type RsaHash,
  type RsaPadding,
  refuse,
  wireOfBytes,
} from '@pinfold/hsm';
import type { Context } from '../../device/context.js';
import { keptKeyParts } from '../../layout/kept-key.js';
import {
  alnum,
  binary,
  choice,
  digits,
  END_OF_FIELDS,
  layout,
  literal,
  optional,
  when,
} from '../../layout/nodes.js';

/** Hash identifiers of the payShield; 02 (MD5), 03 and 04 are not served. */
export const HASHES = {
  '01': 'sha1',
  '05': 'sha224',
  '06': 'sha256',
  '07': 'sha384',
  '08': 'sha512',
} as const satisfies Readonly<Record<string, RsaHash>>;

/** How the integers of a public key are written. */
export const ENCODINGS = { '01': 'unsigned', '02': 'signed' } as const;

export const encoding = choice(
  'encoding',
  { '01': 'DER, unsigned integers', '02': 'DER, signed integers' },
  { error: '03' },
);

export const rsaAlgorithm = choice('algorithm', { '01': 'RSA' }, { error: '06' });

/** Longest DER of a public key: 4096 bits and an exponent of as many. */
const PUBLIC_KEY_MAX = 1_040;
export const publicKey = binary(
  'publicKey',
  { der: 'element', max: PUBLIC_KEY_MAX },
  { about: 'sequence of modulus and exponent', error: '04' },
);

/** A public key that EO has given back. */
const KEPT_MAX = 2_048;
export const keptKey = binary(
  'keptKey',
  { keptKey: 'any form', max: KEPT_MAX },
  {
    error: '04',
    about:
      'public key as EO gives it: MAC (4), DER and authentication data; under a key-block LMK S and a block',
  },
);

/** What may stand between a public key and what follows the fields. */
export const endOfKey = optional('~');

/** The public key of a field that names one by what EO gave; 04 where it is none. */
export function keptBy(context: Context, field: Uint8Array): KeptPublicKey {
  const parts = keptKeyParts(wireOfBytes(field)) ?? refuse('04');
  const isBlock = 'block' in parts;
  return isBlock === (context.lmk.kind === 'key-block') ? parts : refuse('A1');
}

export const authentication = binary(
  'authentication',
  { before: END_OF_FIELDS, max: 512 },
  { about: 'authentication data, without `;` `%` `#` `&` `!` `~`' },
);

/** A private key in the message: the only place where this device takes one from. */
export const privateKeyFields = layout(
  choice('privateKeyFlag', { '99': 'the key follows' }, { error: '03' }),
  alnum('privateKeyLength', 4, { error: '78', about: 'bytes; FFFF: a key block follows' }),
  binary('privateKey', { fromOrBlock: 'privateKeyLength', max: 6_000 }),
);

/** OAEP's own fields where the pad mode is 02. */
export const paddingFields = layout(
  choice('padMode', { '01': 'PKCS#1 v1.5', '02': 'OAEP' }, { error: '15' }),
  when(
    'padMode',
    '02',
    choice('mgf', { '01': 'MGF1' }, { error: '85' }),
    choice('oaepHash', HASHES, { error: '86' }),
    digits('labelLength', 2, { error: '87' }),
    binary('label', { from: 'labelLength', max: 99 }),
    literal(';'),
  ),
);

export interface PaddingValues {
  readonly padMode: '01' | '02';
  readonly oaepHash?: keyof typeof HASHES;
  readonly label?: Uint8Array;
}

/** The padding of a message; PKCS#1 v1.5 only where the settings let it through. */
export function paddingOf(context: Context, o: PaddingValues): RsaPadding {
  if (o.padMode === '01') {
    context.unless('oaep-only');
    return { name: 'pkcs1' };
  }
  return { name: 'oaep', hash: HASHES[o.oaepHash!], label: o.label! };
}

/** What follows a private key in GI: schemes and check value, as the older key commands have them. */
export const schemeOptions = optional(
  ';',
  alnum('reserved', 1),
  alnum('schemeLmk', 1, { error: '26' }),
  choice('checkValueType', { '0': '16 digits', '1': '6 digits' }),
);
