/**
 * Working keys: made (A0), sent (A8), taken (A6), and their check values (BU). With a variant LMK keys are
 * triple DES and travel as ECB cryptograms in hexadecimal, as the device's own do in legacy mode; with a
 * key-block LMK they travel as X9.143 key blocks.
 */
import { done, type Input, type Output, refusal } from '@pinfold/hsm';
import type { LmkScheme } from './options.js';
import { ask, keyOf, type Step, UNEXPECTED, type World } from './question.js';
import {
  BLOCK_TYPE,
  IMPORTED,
  isKeyBlock,
  type KeyAlgorithm,
  ROLE_FACTS,
  typeOf,
} from './roles.js';
import { PAYSHIELD_ROLES, type PayshieldRole, payshieldToken } from './tokens.js';

/** Double length; AES-128: as the device makes them. */
const LENGTH = { T: 'T2', A: 'A1' } as const;
/** Version 00, may be exported under what is trusted, no optional blocks. */
const NEW_KEY = '00E00';
/** Digits of ECB cryptograms: scheme under the other key, scheme under the LMK. */
const CRYPTOGRAMS: Readonly<Record<number, readonly [sent: string, kept: string]>> = {
  32: ['X', 'U'],
  48: ['Y', 'T'],
};
const SINGLE_LENGTH = 16;
/** By the digits after the scheme letter: single, double, triple length. */
const LENGTH_FLAG: Readonly<Record<number, '0' | '1' | '2'>> = { 15: '0', 32: '1', 48: '2' };
/** Digits of a check value; a payShield may give 16. */
const CHECK_DIGITS = 6;
/** The scheme letter of X9.143 key blocks. */
const X9143 = 'R';

const NO_ALGORITHM = refusal('ALGORITHM_REFUSED');
const NO_EXPORT = refusal('EXPORT_REFUSED', 'M13.exportable');
const NO_IMPORT = refusal('IMPORT_REFUSED', 'M13.importable');
const NO_BLOCK = refusal('KEY_BLOCK_INVALID');
const TOO_SHORT = refusal('KEY_TOO_SHORT', 'M13.no-single-length');
const OTHER_VALUE = refusal('CHECK_VALUE_WRONG');
const NO_DATA = refusal('CHECK_VALUE_REFUSED', 'M11.check-value-of-zeros');

export function generateWorkingKey(
  { usage, algorithm = 'T' }: Input<'GenerateWorkingKey'>,
  { scheme }: World,
): Step {
  const { type, made } = ROLE_FACTS[usage];
  const read = (reply: { key: string; checkValue: string }) => received(usage, scheme, reply);
  if (scheme === 'variant') {
    if (algorithm !== 'T') return NO_ALGORITHM;
    return ask('A0', { mode: '0', keyType: type, schemeLmk: 'U' }, read);
  }
  if (algorithm !== 'T' && algorithm !== 'A') return NO_ALGORITHM;
  const attributes = made![algorithm] + LENGTH[algorithm] + made!.modeOfUse + NEW_KEY;
  return ask('A0', { mode: '0', keyType: BLOCK_TYPE, schemeLmk: 'S' }, read, attributes);
}

export function exportKey({ key, under }: Input<'ExportKey'>, { scheme }: World): Step {
  const sent = keyOf(key, scheme, ...PAYSHIELD_ROLES);
  if (!sent.ok) return sent;
  const master = keyOf(under, scheme, 'ZMK', 'TMK');
  if (!master.ok) return master;
  const { role, key: token } = sent.value;
  if (ROLE_FACTS[role].under !== master.value.role) return NO_EXPORT;
  const terminal = master.value.role === 'TMK' ? ({ master: '1' } as const) : {};
  const schemeOut = isKeyBlock(token) ? X9143 : CRYPTOGRAMS[token.length - 1]?.[0];
  if (schemeOut === undefined) return NO_EXPORT;
  const fields = { keyType: typeOf(role, token), ...terminal, zmk: master.value.key };
  return ask('A8', { ...fields, key: token, schemeOut }, (reply) => {
    const keyBlock = reply.key.slice(1);
    const sound =
      schemeOut === X9143
        ? readHeader(keyBlock) !== undefined
        : CRYPTOGRAMS[keyBlock.length]?.[0] === schemeOut;
    if (!sound || !reply.key.startsWith(schemeOut)) return UNEXPECTED;
    return done({ keyBlock, checkValue: reply.checkValue });
  });
}

/** A key that the payShield gives us, as a token. */
function received(
  role: PayshieldRole,
  scheme: LmkScheme,
  { key, checkValue }: { key: string; checkValue: string },
): Step {
  const token = payshieldToken(role, key);
  return keyOf(token, scheme, role).ok ? done({ key: token, checkValue }) : UNEXPECTED;
}

export function importKey(o: Input<'ImportKey'>, { scheme }: World): Step {
  const master = keyOf(o.under, scheme, 'ZMK');
  if (!master.ok) return master;
  const imported = IMPORTED[o.usage];
  if (imported === undefined) return NO_IMPORT;
  const { role, carried } = imported;
  const read = (reply: Output<'ImportKey'>) => {
    const isRight = o.checkValue === undefined || o.checkValue === reply.checkValue;
    return isRight ? received(role, scheme, reply) : OTHER_VALUE;
  };
  const { keyBlock } = o;
  const zmk = master.value.key;
  if (scheme === 'variant') {
    if (!/^[0-9A-F]+$/.test(keyBlock)) return NO_BLOCK;
    if (keyBlock.length === SINGLE_LENGTH) return TOO_SHORT;
    const schemes = CRYPTOGRAMS[keyBlock.length];
    if (schemes === undefined) return NO_BLOCK;
    const [sent, schemeLmk] = schemes;
    const fields = { keyType: ROLE_FACTS[role].type, zmk, key: sent + keyBlock, schemeLmk };
    return ask('A6', fields, read);
  }
  const header = readHeader(keyBlock);
  if (header === undefined) return NO_BLOCK;
  const { usage, algorithm, modeOfUse, keyVersion } = header;
  if (usage !== carried[algorithm]) return NO_BLOCK;
  // What came from another bank goes no further.
  const attributes = `${usage}${modeOfUse}${keyVersion}N00`;
  const fields = { keyType: BLOCK_TYPE, zmk, key: X9143 + keyBlock, schemeLmk: 'S' };
  return ask('A6', fields, read, attributes);
}

export function keyCheckValue({ key, data }: Input<'KeyCheckValue'>, { scheme }: World): Step {
  const opened = keyOf(key, scheme, ...PAYSHIELD_ROLES);
  if (!opened.ok) return opened;
  if (data !== undefined) return NO_DATA;
  const { role, key: token } = opened.value;
  const fields = {
    typeCode: 'FF',
    lengthFlag: isKeyBlock(token) ? 'F' : LENGTH_FLAG[token.length - 1]!,
    key: token,
    keyType: typeOf(role, token),
    reserved: '00',
    checkValueType: '1',
  } as const;
  return ask('BU', fields, ({ checkValue }) =>
    checkValue.length >= CHECK_DIGITS
      ? done({ checkValue: checkValue.slice(0, CHECK_DIGITS) })
      : UNEXPECTED,
  );
}

/** Version, length, usage, algorithm, mode of use, key version, exportability (ANSI X9.143 table 1). */
const HEADER = /^[A-E](\d{4})([0-9A-Z]{2})([TA])([A-Z])([0-9A-Za-z]{2})[A-Z][0-9]{2}/;

interface CarriedHeader {
  readonly usage: string;
  readonly algorithm: KeyAlgorithm;
  readonly modeOfUse: string;
  readonly keyVersion: string;
}

/** What a block states; the payShield finds out whether it is true. A block is as long as it says. */
function readHeader(keyBlock: string): CarriedHeader | undefined {
  const match = HEADER.exec(keyBlock);
  if (match === null || Number(match[1]) !== keyBlock.length) return undefined;
  const [, , usage, algorithm, modeOfUse, keyVersion] = match;
  return {
    usage: usage!,
    algorithm: algorithm as KeyAlgorithm,
    modeOfUse: modeOfUse!,
    keyVersion: keyVersion!,
  };
}
