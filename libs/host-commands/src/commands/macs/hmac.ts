/** LQ and LS: HMAC. */

import { equalConstantTime, hmac } from '@pinfold/crypto';
import { hostCommand } from '../../declare.js';
import type { Context } from '../../device/context.js';
import type { KeyNeed } from '../../device/keys.js';
import { binary, choice, digits, key, layout } from '../../layout/nodes.js';
import { refuse } from '../../refusal.js';
import { MESSAGE_MAX } from './mac-fields.js';

const HASHES = {
  '01': 'sha1',
  '05': 'sha224',
  '06': 'sha256',
  '07': 'sha384',
  '08': 'sha512',
} as const;

/** X9.143 usage of an HMAC key, and the payShield's two-digit ones by hash. */
const HMAC_ROW = { type: '10C', name: 'HMAC key', usages: ['M7', '61', '62', '63', '64', '65'] };

const hmacHead = layout(
  choice('hash', HASHES, { error: '05' }),
  digits('macLength', 4, { about: 'bytes of the HMAC' }),
  key('key', { typeFrom: 'hash' }, { about: 'HMAC key in a key block (scheme S)' }),
  digits('length', 5, { about: 'bytes of the message' }),
  binary('message', { from: 'length', max: MESSAGE_MAX }),
);

function hmacOf(
  context: Context,
  o: { hash: keyof typeof HASHES; macLength: string; key: string; message: Uint8Array },
  need: KeyNeed,
): Uint8Array {
  const opened = context.keys.open(context.lmk, o.key, HMAC_ROW, { need });
  const mac = hmac(HASHES[o.hash], opened.bytes, o.message);
  const size = Number(o.macLength);
  if (size < mac.length / 2 || size > mac.length) refuse('80');
  return mac.slice(0, size);
}

export const generateHmac = hostCommand({
  code: 'LQ',
  name: 'Generate an HMAC',
  group: 'macs and data',
  repeatable: true,
  request: hmacHead,
  reply: layout(digits('macLength', 4), binary('mac', { from: 'macLength', max: 64 })),
  errors: { '05': 'hash identifier', '80': 'HMAC length' },
  run: (context, o) => ({ macLength: o.macLength, mac: hmacOf(context, o, 'generate') }),
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
    const mac = hmacOf(context, o, 'verify');
    if (!equalConstantTime(mac, o.mac)) refuse('01');
    return {};
  },
});
