/** Operations of tr31.json, thales-key-block.json, lmk-tokens.json and payshield-lmk.json. */
import { checkValue, fromHex, InputError, toHex } from '@pinfold/crypto';
import {
  deriveKeyBytes,
  type KeyBlockHeader,
  type KeyBlockVersion,
  LMK_SCHEMES,
  LMK_VARIANTS,
  type LmkScheme,
  type LmkSchemeRow,
  lmkKeyType,
  parseHeader,
  TEST_KEY_BLOCK_LMKS,
  TEST_LMK_PAIRS,
  unwrapKeyBlock,
  unwrapLmkToken,
  wrapKeyBlock,
  wrapUnderLmk,
} from '@pinfold/keyblock';
import type { Inputs, Outputs, VectorOps } from '../types.js';

function unwrap(c: Inputs): Outputs {
  const block = c.text('keyBlock');
  const opened = unwrapKeyBlock({ kbpk: c.bytes('kbpk'), block, proprietary: true });
  if (!opened.ok) return { error: true, code: opened.detail };
  const { key, header } = opened.value;
  return { key: toHex(key), ...checkValueOf(key, header), ...headerOutputs(header) };
}

/** Zeros for DES keys, CMAC for AES keys; other algorithms have none. */
function checkValueOf(key: Uint8Array, { algorithm }: KeyBlockHeader): Outputs {
  if (algorithm === 'A') {
    return {
      checkValue: toHex(checkValue(key, { cipher: 'aes', method: 'cmac', lengthBytes: 5 })),
    };
  }
  if (algorithm !== 'T' && algorithm !== 'D') return {};
  return { checkValue: toHex(checkValue(key, { cipher: 'des', method: 'zeros', lengthBytes: 5 })) };
}

function headerOutputs(header: KeyBlockHeader): Outputs {
  return { ...header };
}

function headerOf(text: string): KeyBlockHeader {
  const parsed = parseHeader(text, { proprietary: true });
  if (!parsed.ok) throw new InputError('HEADER_INVALID', `key block header: ${parsed.detail}`);
  return parsed.value.header;
}

function wrap(c: Inputs): Outputs {
  const header = headerOf(c.text('header'));
  const key = c.bytes('key');
  const padding = c.bytes('padding');
  const keyBlock = wrapKeyBlock({
    kbpk: c.bytes('kbpk'),
    header,
    key,
    random: () => padding,
    paddedKeyBytes: key.length + padding.length,
    proprietary: true,
  });
  return { keyBlock };
}

function derive(c: Inputs): Outputs {
  const { kbek, kbak } = deriveKeyBytes(c.text('version') as KeyBlockVersion, c.bytes('kbpk'));
  return { kbek: toHex(kbek), kbak: toHex(kbak) };
}

function lmkToken(c: Inputs): Outputs {
  const type = lmkKeyType(c.text('type'));
  if (type === undefined) throw new InputError('KEY_TYPE', 'type must name an LMK pair');
  const lmk = { pair: fromHex(TEST_LMK_PAIRS[type.pair]!), variant: type.variant };
  if (!c.has('token')) {
    const scheme = c.text('scheme') as LmkScheme;
    return { token: wrapUnderLmk({ ...lmk, scheme, key: c.bytes('key') }) };
  }
  const opened = unwrapLmkToken({ ...lmk, token: c.text('token') });
  return opened.ok
    ? { key: toHex(opened.value.key), scheme: opened.value.scheme }
    : { error: true, code: opened.code };
}

const byte = (value: number) => toHex(Uint8Array.of(value));

function scheme(c: Inputs): Outputs {
  const name = c.text('scheme');
  if (!Object.hasOwn(LMK_SCHEMES, name)) return { error: true };
  const row: LmkSchemeRow = LMK_SCHEMES[name as LmkScheme];
  return { keyBytes: row.keyBytes, xorByte8PerPart: row.xorByte8PerPart.map(byte) };
}

export const KEY_BLOCK_OPS: VectorOps = {
  'tr31-unwrap': unwrap,
  'tr31-wrap': wrap,
  'tr31-derive': derive,
  'tr31-header': (c) => headerOutputs(headerOf(c.text('header'))),
  'lmk-token': lmkToken,
  'lmk-pair': (c) => ({ lmk: TEST_LMK_PAIRS[c.text('pair')] }),
  'lmk-variant': (c) => {
    const value = LMK_VARIANTS[c.number('variant')];
    return value === undefined ? { error: true } : { xorByte0: byte(value) };
  },
  'lmk-scheme': scheme,
  'lmk-keyType': (c) => ({ ...(lmkKeyType(c.text('keyType')) ?? { error: true }) }),
  'lmk-keyBlockLmk': (c) => ({
    lmk: TEST_KEY_BLOCK_LMKS[/tdes|des/.test(c.raw.id) ? 'des' : 'aes'],
  }),
};
