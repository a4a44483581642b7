/** M0, M2 and M4: data blocks enciphered, deciphered, translated. */
import {
  type CipherMode,
  dukptKey,
  encipher,
  fromHex,
  KEY_ROLES,
  type KeyRole,
  type LmkKey,
  reencipher,
  refuse,
  toHex,
} from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import type { Context } from '../../device/context.js';
import { alnum, binary, choice, hex, key, layout, when, whenUsage } from '../../layout/nodes.js';
import { ksnFields } from '../dukpt-fields.js';

const CIPHER_MODES = {
  '00': 'ECB',
  '01': 'CBC',
  '02': 'CFB8',
  '03': 'CFB of whole blocks',
} as const satisfies Record<CipherMode, string>;
const CHAINED = ['01', '02', '03'] as const;

const FORMATS = { '0': 'binary', '1': 'hexadecimal', '2': 'text' } as const;

const MESSAGE_MAX = 32_000;

const ROLE_OF_TYPE: Readonly<Record<string, KeyRole>> = {
  '00A': 'zek',
  '00B': 'dek',
  '30B': 'tek',
  FFF: 'dek',
};

/** With key blocks any data key will do. */
const DATA_ROW = { type: 'FFF', name: 'data key', usages: ['D0', '21', '22', '23'] };

const errors = {
  '02': 'mode',
  '03': 'input format',
  '04': 'output format',
  '05': 'key type',
  '06': 'message length',
  '10': 'key parity',
} as const;

/** Usages of base derivation keys: with FFF a serial number follows such a block. */
const BDK_USAGES = KEY_ROLES.bdk.usages;

const dataKeyFields = layout(
  alnum('keyType', 3, { error: '05', about: '00A ZEK, 00B DEK, 30B TEK, 009 BDK, FFF key block' }),
  key('key', { typeFrom: 'keyType' }),
  when('keyType', '009', ...ksnFields),
  whenUsage('key', BDK_USAGES, ...ksnFields),
);

const ivField = when('mode', CHAINED, hex('iv', { blockOf: 'key' }));

const message = layout(
  hex('length', 4, { error: '06', about: 'characters of the message' }),
  binary('message', { from: 'length', radix: 16, max: MESSAGE_MAX }),
);

const request = layout(
  choice('mode', CIPHER_MODES, { error: '02' }),
  choice('inputFormat', FORMATS, { error: '03' }),
  choice('outputFormat', { '0': 'binary', '1': 'hexadecimal', '2': 'text' }, { error: '04' }),
  ...dataKeyFields,
  ivField,
  ...message,
);

const replyLayout = layout(
  binary(
    'output',
    { beforeEnd: 0, max: MESSAGE_MAX + 40 },
    {
      about:
        'other modes than ECB: the last cipher block in digits; then 4 digits of length and the data',
    },
  ),
);

interface DataKeyFields {
  readonly keyType: string;
  readonly key: string;
  readonly ksn?: string;
}

function dataKey(context: Context, o: DataKeyFields, decrypt: boolean): LmkKey {
  const need = decrypt ? 'decrypt' : 'encrypt';
  if (o.ksn !== undefined) {
    return dukptKey(context, { bdk: o.key, ksn: o.ksn }, 'dataRequest');
  }
  const role = ROLE_OF_TYPE[o.keyType];
  if (role === undefined) refuse('05');
  return o.keyType === 'FFF'
    ? context.keys.open(context.lmk, o.key, DATA_ROW, { need })
    : context.key(o.key, role, '10', need);
}

function bytesOf(format: keyof typeof FORMATS, field: Uint8Array): Uint8Array {
  if (format !== '1') return field;
  const text = Buffer.from(field).toString('latin1');
  return /^(?:[0-9A-F]{2})*$/.test(text) ? fromHex(text) : refuse('15');
}

function outputOf(
  format: keyof typeof FORMATS,
  { iv, data }: { iv: Uint8Array | undefined; data: Uint8Array },
): { output: Uint8Array } {
  const body = format === '1' ? Buffer.from(toHex(data), 'latin1') : Buffer.from(data);
  const length = body.length.toString(16).toUpperCase().padStart(4, '0');
  const head = (iv === undefined ? '' : toHex(iv)) + length;
  return { output: new Uint8Array(Buffer.concat([Buffer.from(head, 'latin1'), body])) };
}

const oneWay = <const C extends 'M0' | 'M2'>(code: C, name: string, decrypt: boolean) =>
  hostCommand({
    code,
    name,
    group: 'macs and data',
    repeatable: true,
    request,
    reply: replyLayout,
    errors,
    run: (context, o) => {
      const opened = dataKey(context, o, decrypt);
      const data = bytesOf(o.inputFormat, o.message);
      return outputOf(o.outputFormat, encipher(opened, { ...o, data, decrypt }));
    },
  });

export const encryptData = oneWay('M0', 'Encrypt a data block', false);

export const decryptData = oneWay('M2', 'Decrypt a data block', true);

const newKsnFields = layout(
  alnum('newKsnDescriptor', 3),
  hex('newKsn', { by: 'newKsnDescriptor', of: { '605': 16 }, otherwise: 20 }),
);

export const translateData = hostCommand({
  code: 'M4',
  name: 'Translate a data block',
  group: 'macs and data',
  repeatable: true,
  request: layout(
    choice('mode', CIPHER_MODES, { error: '02' }),
    choice('newMode', CIPHER_MODES, { error: '07' }),
    choice('inputFormat', { '0': 'binary', '1': 'hexadecimal' }, { error: '03' }),
    choice('outputFormat', { '0': 'binary', '1': 'hexadecimal' }, { error: '04' }),
    ...dataKeyFields,
    alnum('newKeyType', 3, { error: '08' }),
    key('newKey', { typeFrom: 'newKeyType' }),
    when('newKeyType', '009', ...newKsnFields),
    whenUsage('newKey', BDK_USAGES, ...newKsnFields),
    ivField,
    when('newMode', CHAINED, hex('newIv', { blockOf: 'newKey' })),
    ...message,
  ),
  reply: replyLayout,
  errors: { ...errors, '07': 'mode of the target', '08': 'key type of the target' },
  run: (context, o) => {
    const from = dataKey(context, o, true);
    const to = dataKey(context, { keyType: o.newKeyType, key: o.newKey, ksn: o.newKsn }, false);
    const data = bytesOf(o.inputFormat, o.message);
    const done = reencipher(
      { key: from, mode: o.mode, iv: o.iv },
      { key: to, mode: o.newMode, iv: o.newIv },
      data,
    );
    return outputOf(o.outputFormat, done);
  },
});
