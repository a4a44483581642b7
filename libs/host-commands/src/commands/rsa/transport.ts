/** GI and GK: symmetric keys under RSA public keys. */
import {
  authenticKey,
  KEY_ROLES,
  type KeyRoleRow,
  keyUnderPublicKey,
  LMK_PAIR_OF_CODE,
  refuse,
  sealedForPublicKey,
} from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import type { Context } from '../../device/context.js';
import { alnum, binary, choice, digits, hex, key, layout, literal } from '../../layout/nodes.js';
import {
  endOfKey,
  keptBy,
  keptKey,
  paddingFields,
  paddingOf,
  privateKeyFields,
  rsaAlgorithm,
  schemeOptions,
} from './rsa-fields.js';

const keyType = alnum('keyType', 4, {
  error: '04',
  about: 'first number of the LMK pair and variant (0600 ZPK, 1404 CVK); FFFF with key blocks',
});

/** The three-character type of a pair and variant: 1404 is 402. */
function typeOf(fourDigits: string): string {
  if (fourDigits === 'FFFF') return 'FFF';
  const [, pair, variant] = /^(\d\d)0(\d)$/.exec(fourDigits) ?? refuse('04');
  const found = Object.entries(LMK_PAIR_OF_CODE).find(([, name]) => name.startsWith(`${pair}-`));
  return found === undefined ? refuse('04') : `${variant}${found[0]}`;
}

const WRAPPING = new Set<string>([...KEY_ROLES.zmk.usages, ...KEY_ROLES.tmk.usages]);
const WRAPPING_TYPES = new Set<string>([KEY_ROLES.zmk.type]);

/** A wrapping key that anybody can have sealed under a public key is no wrapping key. */
function refuseWrappingKeys(context: Context, type: string, row: KeyRoleRow): void {
  const usage = context.attributes?.usage ?? row.usages[0] ?? '';
  const wraps = type === 'FFF' ? WRAPPING.has(usage) : WRAPPING_TYPES.has(type);
  if (wraps) context.unless('no-anonymous-wrapping-keys');
}

export const importUnderPublicKey = hostCommand({
  code: 'GI',
  name: 'Import a key under an RSA public key',
  group: 'rsa',
  attributes: true,
  request: layout(
    rsaAlgorithm,
    ...paddingFields,
    keyType,
    digits('sealedLength', 4, { error: '80' }),
    binary('sealed', { from: 'sealedLength', max: 512 }),
    literal(';'),
    ...privateKeyFields,
    schemeOptions,
  ),
  reply: layout(key('key', { typeFrom: 'keyType' }), hex('checkValue', { beforeEnd: 0, max: 16 })),
  warnings: ['01'],
  errors: {
    '01': 'the key had other parity than odd (warning: it was adjusted)',
    '03': 'private key flag',
    '04': 'key type',
    '06': 'encryption identifier',
    '49': 'no private key under this LMK',
    '77': 'no key after deciphering',
    '78': 'private key length',
  },
  notes:
    'The message under the public key is the key itself, 8 to 32 bytes; the DER key block with an initialisation value, the template and the signature fields (`=`) of newer firmware are not served. Every failure of OAEP has code 77.',
  run: (context, o) => {
    const padding = paddingOf(context, o);
    const type = typeOf(o.keyType);
    const row = context.row(type);
    refuseWrappingKeys(context, type, row);
    const { privateKey, sealed } = o;
    const { key: made, adjusted } = keyUnderPublicKey(context, { privateKey, padding, sealed });
    const scheme = o.schemeLmk ?? (context.lmk.kind === 'key-block' ? 'S' : '0');
    return {
      ...(adjusted ? { $warning: '01' as const } : {}),
      key: context.sealKey(made, type, scheme),
      checkValue: context.keys.checkValue(made, o.checkValueType === '1' ? 6 : 16),
    };
  },
});

const KEY_FLAGS = { '0': 16, '1': 32, '2': 48 } as const;

export const exportUnderPublicKey = hostCommand({
  code: 'GK',
  name: 'Export a key under an RSA public key',
  group: 'rsa',
  request: layout(
    rsaAlgorithm,
    ...paddingFields,
    keyType,
    choice(
      'keyFlag',
      { '0': 'single', '1': 'double', '2': 'triple', F: 'key block' },
      { error: '05' },
    ),
    key('key', { typeFrom: 'keyType' }, { plain: { by: 'keyFlag', of: KEY_FLAGS } }),
    hex('checkValue', 16, {
      about: 'check value of the key; zeros after 6 digits are not compared',
    }),
    keptKey,
    endOfKey,
  ),
  reply: layout(digits('sealedLength', 4), binary('sealed', { from: 'sealedLength', max: 512 })),
  errors: {
    '01': 'the MAC of the public key failed',
    '04': 'key type, or no public key',
    '05': 'key flag',
    '06': 'encryption identifier',
    '10': 'key parity',
    '29': 'the key is not exportable so',
    '76': 'the modulus is too short for the key',
    '84': 'check value',
  },
  notes: 'The message under the public key is the key itself, as GI takes it.',
  run: (context, o) => {
    const padding = paddingOf(context, o);
    context.unless('key-block-exchange');
    const opened = context.keyOfType(o.key, typeOf(o.keyType));
    const { attributes } = opened;
    if (attributes !== undefined && attributes.exportability !== 'S') refuse('29');
    if (o.keyFlag !== 'F' && opened.lengthBytes * 2 !== KEY_FLAGS[o.keyFlag]) refuse('05');
    const check = context.keys.checkValue(opened, 16);
    const compared = o.checkValue.endsWith('0'.repeat(10)) ? 6 : 16;
    if (check.slice(0, compared) !== o.checkValue.slice(0, compared)) refuse('84');
    const publicNumbers = authenticKey(context, keptBy(context, o.keptKey), 'E');
    const sealed = sealedForPublicKey(opened, { publicKey: publicNumbers, padding });
    return { sealedLength: String(sealed.length).padStart(4, '0'), sealed };
  },
});
