/** LQ and LS: HMAC. */
import { hmacOf, mustEqual, wireOfBytes } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { alnum, binary, choice, digits, layout, literal } from '../../layout/nodes.js';
import { MESSAGE_MAX } from './mac-fields.js';

const HASHES = {
  '01': 'sha1',
  '05': 'sha224',
  '06': 'sha256',
  '07': 'sha384',
  '08': 'sha512',
} as const;

const KEY_MAX = 2_048;
const MAC_MAX = 64;

const head = layout(
  choice('hash', HASHES, { error: '05' }),
  digits('macLength', 4, { about: 'bytes of the HMAC, half of the hash or more', error: '04' }),
);

const keyAndMessage = layout(
  choice('keyFormat', { '00': 'a key block', '04': 'a key block, too' }, { error: '07' }),
  alnum('keyLength', 4, { error: '80', about: 'bytes; FFFF: the block says it' }),
  binary('key', { fromOrBlock: 'keyLength', max: KEY_MAX }, { about: 'HMAC key (S and a block)' }),
  literal(';'),
  digits('length', 5, { about: 'bytes of the message', error: '81' }),
  binary('message', { from: 'length', max: MESSAGE_MAX }),
);

interface HmacFields {
  readonly hash: keyof typeof HASHES;
  readonly macLength: string;
  readonly key: Uint8Array;
  readonly message: Uint8Array;
}

const requestOf = ({ hash, macLength, key, message }: HmacFields) => ({
  hash: HASHES[hash],
  key: wireOfBytes(key),
  message,
  size: Number(macLength),
});

const errors = {
  '04': 'length of the HMAC',
  '05': 'hash identifier',
  '07': 'key format',
  '80': 'length of the key',
  '81': 'length of the message',
} as const;

const NOTE =
  'Keys are key blocks (scheme S), under any LMK that has them; a real device has another form under a variant LMK, made by commands that are not here.';

export const generateHmac = hostCommand({
  code: 'LQ',
  name: 'Generate an HMAC',
  group: 'macs and data',
  repeatable: true,
  request: layout(...head, ...keyAndMessage),
  reply: layout(digits('macLength', 4), binary('mac', { from: 'macLength', max: MAC_MAX })),
  errors,
  notes: `Fields are those of the HSM 8000 reference. ${NOTE}`,
  run: (context, o) => ({ macLength: o.macLength, mac: hmacOf(context, requestOf(o), 'generate') }),
});

export const verifyHmac = hostCommand({
  code: 'LS',
  name: 'Verify an HMAC',
  group: 'macs and data',
  repeatable: true,
  request: layout(...head, binary('mac', { from: 'macLength', max: MAC_MAX }), ...keyAndMessage),
  reply: layout(),
  errors: { '01': 'verification failure', ...errors },
  notes: `Fields are those of LQ; that the HMAC follows its length no public source shows. ${NOTE}`,
  run: (context, o) => {
    mustEqual(hmacOf(context, requestOf(o), 'verify'), o.mac);
    return {};
  },
});
