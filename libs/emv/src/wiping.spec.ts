/** Keys of cards and sessions are overwritten once used, whether the call succeeds or not. */
import { fromHex, toHex } from '@pinfold/crypto';
import { wipedBy } from '../../crypto/src/testing.js';
import {
  applicationCryptogram,
  arpcMethod1,
  encryptScriptData,
  iccMasterKey,
  sessionKey,
  visaPinChangeBlock,
} from './index.js';

const key = fromHex('0123456789ABCDEFFEDCBA9876543210');
const long = Uint8Array.from({ length: 24 }, (_, i) => i + 1);
const card = { pan: '4000000000000010', psn: '01' };

/** How often `secret` is overwritten by `run`, which may throw. */
const times = (secret: Uint8Array, run: () => unknown) =>
  wipedBy(() => {
    try {
      run();
    } catch {
      // What is wiped counts, not the answer.
    }
  }).filter((hex) => hex === toHex(secret)).length;

it.each<[string, number, Uint8Array, () => unknown]>([
  ['an issuer master key', 1, key, () => iccMasterKey({ imk: key, ...card })],
  ['an AES issuer master key', 1, long, () => iccMasterKey({ imk: long, ...card, option: 'C' })],
  [
    'an AES master key, once for the check of its length',
    2,
    long,
    () => sessionKey(long, { method: 'common', diversifier: new Uint8Array(16) }, 'aes'),
  ],
  [
    'an AES session key',
    1,
    key,
    () => applicationCryptogram({ key, data: key, padding: 'none', cipher: 'aes' }),
  ],
  [
    'the key of an answer',
    1,
    key,
    () => arpcMethod1({ key, arqc: new Uint8Array(8), arc: new Uint8Array(2) }),
  ],
  ['the key of a script', 1, key, () => encryptScriptData({ key, data: key, encryption: 'emv' })],
  [
    'the key of a script that is refused',
    1,
    key,
    () => encryptScriptData({ key, data: key, encryption: 'none' as 'emv' }),
  ],
  [
    'the key of blocks that are refused',
    1,
    key,
    () => encryptScriptData({ key, data: new Uint8Array(256), encryption: 'visa' }),
  ],
  [
    'the key of a PIN change',
    1,
    key,
    () => visaPinChangeBlock({ masterKeyAc: key, newPin: '1234' }),
  ],
])('%s', (_, count, secret, run) => expect(times(secret, run)).toBe(count));

it('the part of an AES card key that is cut off', () => {
  const made = iccMasterKey({ imk: key, ...card, option: 'C' });
  const wiped = wipedBy(() => iccMasterKey({ imk: key, ...card, option: 'C' }));
  expect(wiped.some((hex) => hex.length === 64 && hex.startsWith(toHex(made)))).toBe(true);
});
