/** LQ and LS: HMAC. */
import { hmacOf, mustEqual } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { binary, choice, digits, key, layout } from '../../layout/nodes.js';
import { MESSAGE_MAX } from './mac-fields.js';

const HASHES = {
  '01': 'sha1',
  '05': 'sha224',
  '06': 'sha256',
  '07': 'sha384',
  '08': 'sha512',
} as const;

const hmacHead = layout(
  choice('hash', HASHES, { error: '05' }),
  digits('macLength', 4, { about: 'bytes of the HMAC' }),
  key('key', { typeFrom: 'hash' }, { about: 'HMAC key in a key block (scheme S)' }),
  digits('length', 5, { about: 'bytes of the message' }),
  binary('message', { from: 'length', max: MESSAGE_MAX }),
);

const requestOf = (o: {
  hash: keyof typeof HASHES;
  macLength: string;
  key: string;
  message: Uint8Array;
}) => {
  const { key, message } = o;
  return { hash: HASHES[o.hash], key, message, size: Number(o.macLength) };
};

export const generateHmac = hostCommand({
  code: 'LQ',
  name: 'Generate an HMAC',
  group: 'macs and data',
  repeatable: true,
  request: hmacHead,
  reply: layout(digits('macLength', 4), binary('mac', { from: 'macLength', max: 64 })),
  errors: { '05': 'hash identifier', '80': 'HMAC length' },
  run: (context, o) => ({ macLength: o.macLength, mac: hmacOf(context, requestOf(o), 'generate') }),
});

export const verifyHmac = hostCommand({
  code: 'LS',
  name: 'Verify an HMAC',
  group: 'macs and data',
  repeatable: true,
  request: layout(...hmacHead, binary('mac', { from: 'macLength', max: 64 })),
  reply: layout(),
  errors: { '01': 'verification failure', '05': 'hash identifier', '80': 'HMAC length' },
  run: (context, o) => {
    mustEqual(hmacOf(context, requestOf(o), 'verify'), o.mac);
    return {};
  },
});
