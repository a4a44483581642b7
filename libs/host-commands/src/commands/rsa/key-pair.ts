/** EI: RSA key pairs. */
import {
  newRsaPair,
  newRsaPairLater,
  RSA_BITS_LIMITS,
  type RsaPairRequest,
  refuse,
} from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import type { Context } from '../../device/context.js';
import {
  alnum,
  binary,
  choice,
  digits,
  END_OF_FIELDS,
  LENGTH_OF_BLOCK,
  layout,
  unlessNext,
} from '../../layout/nodes.js';
import { ENCODINGS, encoding, publicKey } from './rsa-fields.js';

const KEY_TYPES = { '0': 'sign', '1': 'decrypt', '2': 'both' } as const;
/** A modulus has whole bytes here. */
const BITS_STEP = 8;

export const generateKeyPair = hostCommand({
  code: 'EI',
  name: 'Generate an RSA key pair',
  group: 'rsa',
  attributes: 'private key',
  request: layout(
    choice('keyType', { '0': 'signatures', '1': 'key management', '2': 'both' }, { error: '05' }),
    digits('keyLength', 4, { about: 'bits of the modulus, 0512 to 4096', error: '04' }),
    encoding,
    unlessNext(
      END_OF_FIELDS,
      digits('exponentLength', 4, { about: 'bits of the public exponent', error: '06' }),
      binary('exponent', { from: 'exponentLength', times: 1 / 8, max: 4 }),
    ),
  ),
  reply: layout(
    publicKey,
    alnum('privateKeyLength', 4),
    binary('privateKey', { fromOrBlock: 'privateKeyLength', max: 6_000 }),
  ),
  errors: {
    '03': 'public key encoding',
    '04': 'length of the modulus',
    '05': 'key type',
    '06': 'length of the exponent',
    '08': 'even exponent',
    '43': 'too many key pairs are being made already',
  },
  notes:
    'Without an exponent it is 65537. An exponent has 8, 16, 24 or 32 bits. Under a key-block LMK the private key is a block of usage 03, its length FFFF; `#` and version and number of optional blocks (`0000`), `&` and exportability may follow the fields. Key pairs are made away from the event loop, two at once, up to 64 waiting: other connections are served meanwhile.',
  run: (context, o) => reply(context, newRsaPair(context, pairFrom(context, o))),
  later: async (context, o) => reply(context, await newRsaPairLater(context, pairFrom(context, o))),
});

interface PairFields {
  readonly keyType: keyof typeof KEY_TYPES;
  readonly keyLength: string;
  readonly encoding: keyof typeof ENCODINGS;
  readonly exponent?: Uint8Array;
}

function pairFrom(context: Context, o: PairFields): RsaPairRequest {
  context.authorised();
  const bits = Number(o.keyLength);
  if (bits < RSA_BITS_LIMITS.min || bits > RSA_BITS_LIMITS.max || bits % BITS_STEP !== 0) {
    refuse('04');
  }
  return {
    bits,
    exponent: o.exponent === undefined ? undefined : exponentOf(o.exponent),
    use: KEY_TYPES[o.keyType],
    integers: ENCODINGS[o.encoding],
    header: context.privateKeyHeader,
  };
}

function reply(context: Context, { publicKey, privateKey }: ReturnType<typeof newRsaPair>) {
  const block = context.lmk.kind === 'key-block';
  return {
    publicKey,
    privateKeyLength: block ? LENGTH_OF_BLOCK : String(privateKey.length).padStart(4, '0'),
    privateKey,
  };
}

function exponentOf(bytes: Uint8Array): number {
  const exponent = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  if (exponent < 3) refuse('06');
  return exponent % 2 === 1 ? exponent : refuse('08');
}
