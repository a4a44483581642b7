/**
 * MACs by M6 and M8: whole message, binary, 16 digits. Triple DES: ISO 9797-1 algorithm 3, padding 1
 * (ANSI X9.19). AES: CMAC (NIST SP 800-38B), of which 16 digits are the first eight bytes. So they are
 * the device's own, byte for byte.
 */
import { done, fromHex, type Input, refusal, toHex } from '@pinfold/hsm';
import { ask, keyOf, type Step, UNEXPECTED, type World } from './question.js';
import { algorithmOf, typeOf } from './roles.js';
import type { PayshieldKey } from './tokens.js';

/** Longest message of one M6 or M8; the length field has four digits, and a port its frame. */
const MESSAGE_MAX = 32_000;

const MAC_DIGITS = 16;

const HOW = {
  T: { algorithm: '3', padding: '1' },
  A: { algorithm: '6', padding: '0' },
} as const;

const TOO_LONG = refusal('INPUT_INVALID');

export function generateMac({ key, data }: Input<'GenerateMac'>, { scheme }: World): Step {
  const opened = keyOf(key, scheme, 'TAK', 'ZAK');
  if (!opened.ok) return opened;
  if (data.length > MESSAGE_MAX) return TOO_LONG;
  return ask('M6', headOf(opened.value, data), ({ mac }) =>
    mac.length === MAC_DIGITS ? done({ mac: fromHex(mac) }) : UNEXPECTED,
  );
}

export function verifyMac({ key, data, mac }: Input<'VerifyMac'>, { scheme }: World): Step {
  const opened = keyOf(key, scheme, 'TAK', 'ZAK');
  if (!opened.ok) return opened;
  if (data.length > MESSAGE_MAX) return TOO_LONG;
  return ask('M8', { ...headOf(opened.value, data), mac: toHex(mac) }, ({ iv }) =>
    iv === '' ? done({}) : UNEXPECTED,
  );
}

function headOf({ role, key }: PayshieldKey, data: Uint8Array) {
  return {
    mode: '0',
    inputFormat: '0',
    macSize: '1',
    ...HOW[algorithmOf(key)],
    keyType: typeOf(role, key),
    key,
    length: data.length.toString(16).toUpperCase().padStart(4, '0'),
    message: data,
  } as const;
}
