/**
 * Operations of payshield-errors.json and payshield-frames.json, by the libraries alone and under
 * the test LMK: check values (BU), PIN translation (CC), diagnostics (NC). This is not the device's
 * host port: no authorisation, no policy, no other command. Whoever has a host port passes it as
 * `host-command`.
 */
import { checkValue, DesKey, fromHex, hasOddParity, InputError, toHex } from '@pinfold/crypto';
import { HOST_ERRORS, lmkKeyType, TEST_LMK_PAIRS, unwrapLmkToken } from '@pinfold/keyblock';
import { decryptPinBlock, encryptPinBlock, formatOfCode, type PinBlockFormat } from '@pinfold/pin';
import type { Inputs, Outputs, VectorOps } from '../types.js';

/** A key token as the commands carry it: 16 digits, or a scheme letter and 32 or 48. */
const TOKEN = '(?:[UX][0-9A-F]{32}|[TY][0-9A-F]{48}|[0-9A-F]{16})';
const BU = new RegExp(`^BU([0-9A-F]{2})([0-2])(${TOKEN})(?:;(\\d[0-9A-F]{2}))?(?:;00([01]))?$`);
const CC = new RegExp(`^CC(${TOKEN})(${TOKEN})12([0-9A-F]{16})(\\d\\d)(\\d\\d)(\\d{12})$`);

/** What the standard test LMK answers to a diagnostics command; the firmware number is ours. */
const FIRMWARE = '0001-0001';

function keyUnder(type: string, token: string): Uint8Array {
  const found = lmkKeyType(type);
  if (found === undefined) throw new InputError('KEY_TYPE', 'the key type must name an LMK pair');
  const pair = fromHex(TEST_LMK_PAIRS[found.pair]!);
  const opened = unwrapLmkToken({ pair, variant: found.variant, token });
  if (!opened.ok || !hasOddParity(opened.value.key)) {
    throw new InputError('KEY_PARITY', 'the token must hold a key of odd parity');
  }
  return opened.value.key;
}

/** BU: check value of a key, 16 digits, or 6 when `;001` asks for it. */
function keyCheckValue([, code, , token, long, short]: string[]): string {
  // A type of three characters stands after the key, and the two-digit code is then FF.
  const type = code === 'FF' ? (long ?? '') : `0${code}`;
  const key = keyUnder(type, token!);
  const digits = (long !== undefined && code !== 'FF' ? long.slice(2) : short) === '1' ? 6 : 16;
  const value = checkValue(key, { cipher: 'des', method: 'zeros', lengthBytes: 8 });
  return `BV00${toHex(value).slice(0, digits)}`;
}

/** CC: a PIN block from one zone key and format to another. */
function translatePin([, source, target, block, from, to, account]: string[]): string {
  const pan = `${account}0`; // the host sends the account number without its check digit
  const format = (code: string) => formatOfCode(code) as PinBlockFormat;
  const sourceKey = DesKey.of(keyUnder('001', source!));
  const opened = { format: format(from!), key: sourceKey, block: fromHex(block!), pan };
  const pin = decryptPinBlock(opened);
  if (!pin.ok) return 'CD20';
  const key = DesKey.of(keyUnder('001', target!));
  const out = encryptPinBlock({ format: format(to!), key, pin: pin.value, pan });
  return `CD00${String(pin.value.length).padStart(2, '0')}${toHex(out)}${to}`;
}

function replyTo(command: string): string {
  const bu = BU.exec(command);
  if (bu !== null) return keyCheckValue([...bu]);
  const cc = CC.exec(command);
  if (cc !== null) return translatePin([...cc]);
  if (command === 'NC') {
    const lmk = fromHex(TEST_LMK_PAIRS['04-05']!);
    const value = checkValue(lmk, { cipher: 'des', method: 'zeros', lengthBytes: 8 });
    return `ND00${toHex(value)}${FIRMWARE}`;
  }
  throw new InputError('VECTOR_INPUT', 'the command must be a well-formed BU, CC or NC');
}

/** A case accepts one reply, any of a list, or a pattern: what it accepts is what comes out. */
function hostCommand(c: Inputs): Outputs {
  const reply = replyTo(c.text('command'));
  const { reply: wanted, alsoAccept, pattern } = c.raw.expect;
  const others = Array.isArray(alsoAccept) ? alsoAccept : [];
  const matched = typeof pattern === 'string' && new RegExp(pattern).test(reply);
  return {
    reply: others.includes(reply) ? wanted : reply,
    alsoAccept,
    ...(matched ? { pattern } : {}),
  };
}

export const HOST_OPS: VectorOps = {
  'host-command': hostCommand,
  'host-error': (c) => {
    const code = c.text('code');
    if (!Object.hasOwn(HOST_ERRORS, code)) return { error: true };
    return { meaning: HOST_ERRORS[code as keyof typeof HOST_ERRORS] };
  },
};
