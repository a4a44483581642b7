/** Key management: generate, form, import, export, translate, check. */
import { adjustOddParity, combineComponents, hasOddParity } from '@pinfold/crypto';
import { hostCommand } from '../declare.js';
import type { Context } from '../device/context.js';
import type { KeyRole } from '../device/key-roles.js';
import { KEY_ROLES } from '../device/key-roles.js';
import type { OpenKey } from '../device/keys.js';
import {
  alnum,
  choice,
  digits,
  hex,
  key,
  layout,
  optional,
  repeat,
  text,
  unlessEnd,
  when,
} from '../layout/nodes.js';
import { refuse } from '../refusal.js';

const keyType = alnum('keyType', 3, { error: '04', about: 'key type code; FFF with key blocks' });
const schemeLmk = text('schemeLmk', 1, { error: '26', about: 'key scheme under LMK' });
const schemeOut = text('schemeOut', 1, { error: '26', about: 'key scheme under the other key' });
const checkValue = hex('checkValue', 6);
const hexCheck = hex('checkValue', { beforeEnd: 0, max: 16 });
/** What host commands of old have after the keys; read, and only the schemes used. */
const oldOptions = optional(
  ';',
  text('schemeZmk', 1),
  text('schemeLmk', 1),
  choice('checkValueType', { '0': '16 digits', '1': '6 digits' }),
);

const ZMK = { '0': 'zmk', '1': 'tmk' } as const satisfies Record<string, KeyRole>;

export const generateKey = hostCommand({
  code: 'A0',
  name: 'Generate a key',
  group: 'keys',
  attributes: true,
  request: layout(
    choice(
      'mode',
      { '0': 'generate', '1': 'generate and export under ZMK or TMK' },
      { error: '15' },
    ),
    keyType,
    schemeLmk,
    when(
      'mode',
      '1',
      optional(';', choice('master', { '0': 'ZMK', '1': 'TMK' })),
      key('zmk', 'zmk', { about: 'ZMK or TMK' }),
      schemeOut,
    ),
  ),
  reply: layout(
    key('key', { typeFrom: 'keyType' }),
    unlessEnd(6, key('exported', { typeFrom: 'keyType' })),
    checkValue,
  ),
  errors: { '10': 'ZMK or TMK parity' },
  notes: 'Modes A and B (DUKPT initial keys) are not served.',
  run: (context, o) => {
    const master =
      o.mode === '1' ? context.key(o.zmk!, ZMK[o.master ?? '0'], '10', 'encrypt') : undefined;
    const made = context.newKey(o.schemeLmk);
    const sealed = context.sealKey(made, o.keyType, o.schemeLmk);
    const exported =
      master === undefined
        ? undefined
        : exportKeyUnder(context, master, made, o.keyType, o.schemeOut!);
    return { key: sealed, exported, checkValue: context.keys.checkValue(made) };
  },
});

function exportKeyUnder(
  context: Context,
  master: OpenKey,
  made: OpenKey,
  type: string,
  scheme: string,
): string {
  const { attributes } = context;
  return context.keys.exportUnder(master, made, { scheme, row: context.row(type), attributes });
}

export const formKey = hostCommand({
  code: 'A4',
  name: 'Form a key from encrypted components',
  group: 'keys',
  attributes: true,
  request: layout(
    digits('count', 1, { about: 'components, 2 to 9', error: '03' }),
    keyType,
    schemeLmk,
    repeat('components', { count: 'count', max: 9 }, key('component', { typeFrom: 'keyType' })),
  ),
  reply: layout(key('key', { typeFrom: 'keyType' }), checkValue),
  errors: { '03': 'number of components', '10': 'component parity' },
  run: (context, o) => {
    if (Number(o.count) < 2) refuse('03');
    const parts = o.components.map(({ component }) =>
      context.keyOfType(component, o.keyType, '10'),
    );
    return formed(context, parts, o.keyType, o.schemeLmk);
  },
});

function formed(context: Context, parts: readonly OpenKey[], type: string, scheme: string) {
  const length = parts[0]!.bytes.length;
  if (parts.some(({ bytes }) => bytes.length !== length)) refuse('B5');
  const sum = combineComponents(parts.map(({ bytes }) => bytes));
  const { algorithm, attributes } = parts[0]!;
  if (sum.every((byte) => (byte & 0xfe) === 0)) refuse('11');
  const bytes = algorithm === 'A' ? sum : adjustOddParity(sum);
  const made = context.keys.opened(bytes, algorithm === 'A' ? 'A' : 'T', attributes);
  return {
    key: context.sealKey(made, type, scheme),
    checkValue: context.keys.checkValue(made),
  };
}

export const importKey = hostCommand({
  code: 'A6',
  name: 'Import a key',
  group: 'keys',
  attributes: true,
  request: layout(keyType, key('zmk', 'zmk'), key('key', { typeFrom: 'keyType' }), schemeLmk),
  reply: layout(key('key', { typeFrom: 'keyType' }), checkValue),
  errors: {
    '01': 'the key had other parity than odd (warning: it was adjusted)',
    '10': 'ZMK parity',
  },
  run: (context, o) =>
    imported(context, { ...o, master: context.key(o.zmk, 'zmk', '10', 'decrypt') }),
});

function imported(
  context: Context,
  o: { master: OpenKey; key: string; keyType: string; schemeLmk: string },
) {
  const opened = context.keys.importUnder(o.master, o.key);
  const odd = opened.algorithm === 'A' || hasOddParity(opened.key);
  const bytes = odd ? opened.key : adjustOddParity(opened.key);
  const made = context.keys.opened(bytes, opened.algorithm, opened.attributes);
  return {
    ...(odd ? {} : { $warning: '01' as const }),
    key: context.sealKey(made, o.keyType, o.schemeLmk),
    checkValue: context.keys.checkValue(made),
  };
}

export const exportKey = hostCommand({
  code: 'A8',
  name: 'Export a key',
  group: 'keys',
  repeatable: true,
  attributes: true,
  request: layout(
    keyType,
    optional(';', choice('master', { '0': 'ZMK', '1': 'TMK' })),
    key('zmk', 'zmk', { about: 'ZMK or TMK' }),
    key('key', { typeFrom: 'keyType' }),
    schemeOut,
  ),
  reply: layout(key('key', { typeFrom: 'keyType' }), checkValue),
  errors: { '10': 'ZMK or TMK parity', '11': 'key parity' },
  run: (context, o) => {
    const master = context.key(o.zmk, ZMK[o.master ?? '0'], '10', 'encrypt');
    const opened = context.keyOfType(o.key, o.keyType, '11');
    return {
      key: exportKeyUnder(context, master, opened, o.keyType, o.schemeOut),
      checkValue: context.keys.checkValue(opened),
    };
  },
});

const LENGTH_FLAG = { '0': 16, '1': 32, '2': 48 } as const;

export const checkValueOfKey = hostCommand({
  code: 'BU',
  name: 'Generate a key check value',
  group: 'keys',
  repeatable: true,
  request: layout(
    alnum('typeCode', 2, { error: '04', about: 'LMK pair code; FF: the whole type follows' }),
    choice(
      'lengthFlag',
      { '0': 'single', '1': 'double', '2': 'triple', F: 'key block' },
      { error: '05' },
    ),
    key('key', { typeFrom: 'typeCode' }, { plain: { by: 'lengthFlag', of: LENGTH_FLAG } }),
    when('typeCode', 'FF', optional(';', alnum('keyType', 3, { error: '04' }))),
    optional(
      ';',
      digits('reserved', 2),
      choice('checkValueType', { '0': '16 digits', '1': '6 digits' }),
    ),
  ),
  reply: layout(hex('checkValue', { beforeEnd: 0, max: 16 })),
  errors: { '10': 'key parity' },
  run: (context, o) => {
    const type = o.typeCode === 'FF' ? (o.keyType ?? 'FFF') : `0${o.typeCode}`;
    const opened = context.keyOfType(o.key, type);
    const size = o.lengthFlag === 'F' ? undefined : LENGTH_FLAG[o.lengthFlag] / 2;
    if (size !== undefined && opened.bytes.length !== size) refuse('05');
    return { checkValue: context.keys.checkValue(opened, o.checkValueType === '1' ? 6 : 16) };
  },
});

export const translateScheme = hostCommand({
  code: 'B0',
  name: 'Translate a key scheme',
  group: 'keys',
  repeatable: true,
  attributes: true,
  request: layout(keyType, key('key', { typeFrom: 'keyType' }), schemeLmk),
  reply: layout(key('key', { typeFrom: 'keyType' })),
  errors: { '10': 'key parity' },
  run: (context, o) => {
    const opened = context.keyOfType(o.key, o.keyType);
    return { key: context.sealKey(opened, o.keyType, o.schemeLmk) };
  },
});

export const translateOldLmk = hostCommand({
  code: 'BW',
  name: 'Translate a key from old LMK to the LMK',
  group: 'keys',
  repeatable: true,
  attributes: true,
  request: layout(
    alnum('typeCode', 2, { error: '04', about: 'LMK pair code; FF: the whole type follows' }),
    choice(
      'lengthFlag',
      { '0': 'single', '1': 'double', '2': 'triple', F: 'key block' },
      { error: '05' },
    ),
    key('key', { typeFrom: 'typeCode' }, { plain: { by: 'lengthFlag', of: LENGTH_FLAG } }),
    when('typeCode', 'FF', optional(';', alnum('keyType', 3, { error: '04' }))),
    optional(';', digits('reserved', 1), schemeLmk, digits('reserved2', 1)),
  ),
  reply: layout(key('key', { typeFrom: 'typeCode' })),
  errors: { '10': 'key parity', A1: 'no LMK of the other scheme' },
  notes:
    'The old LMK is the variant LMK of the device where the message names a key-block LMK (migration), else the LMK itself.',
  run: (context, o) => {
    const type = o.typeCode === 'FF' ? (o.keyType ?? 'FFF') : `0${o.typeCode}`;
    const { lmk, device } = context;
    const old =
      lmk.kind === 'key-block' && !o.key.startsWith('S')
        ? (device.lmks.find(({ kind }) => kind === 'variant') ?? refuse('A1'))
        : lmk;
    const opened = context.keys.open(old, o.key, context.row(type));
    const scheme = o.schemeLmk ?? (lmk.kind === 'key-block' ? 'S' : '0');
    return { key: context.sealKey(opened, type, scheme) };
  },
});

export const eraseKeyChange = hostCommand({
  code: 'BS',
  name: 'Erase the key change storage',
  group: 'keys',
  request: layout(),
  reply: layout(),
  notes: 'There is no key change storage; the answer is that it is empty.',
  run: () => ({}),
});

/** A key of a role made under LMK and under another key. */
const generateUnder = <const C extends string>(
  code: C,
  o: { name: string; master: 'zmk' | 'tmk'; role: KeyRole },
) =>
  hostCommand({
    code,
    name: o.name,
    group: 'keys',
    request: layout(key('master', o.master), oldOptions),
    reply: layout(key('exported', o.role), key('key', o.role), hexCheck),
    errors: { '10': `${o.master.toUpperCase()} parity` },
    run: (context, given) => {
      const master = context.key(given.master, o.master, '10', 'encrypt');
      const scheme = given.schemeLmk ?? (context.lmk.kind === 'key-block' ? 'S' : 'Z');
      const made = context.newKey(scheme);
      const row = KEY_ROLES[o.role];
      const out = given.schemeZmk ?? (context.on('key-block-exchange') ? 'R' : '0');
      const exported = context.keys.exportUnder(master, made, { scheme: out, row });
      const sealed = context.keys.seal(context.lmk, made.bytes, { row, scheme });
      const size = given.checkValueType === '1' ? 6 : 16;
      const check = o.master === 'zmk' ? context.keys.checkValue(made, size) : '';
      return { exported, key: sealed, checkValue: check };
    },
  });

export const generateTmkKey = generateUnder('HC', {
  name: 'Generate a TMK, TPK or PVK under a TMK',
  master: 'tmk',
  role: 'tpk',
});
export const generateTak = generateUnder('HA', {
  name: 'Generate a TAK under a TMK',
  master: 'tmk',
  role: 'tak',
});
export const generateZpk = generateUnder('IA', {
  name: 'Generate a ZPK under a ZMK',
  master: 'zmk',
  role: 'zpk',
});

export const importZpk = hostCommand({
  code: 'FA',
  name: 'Translate a ZPK from ZMK to LMK',
  group: 'keys',
  request: layout(key('zmk', 'zmk'), key('key', 'zpk'), oldOptions),
  reply: layout(key('key', 'zpk'), hexCheck),
  errors: {
    '01': 'the key had other parity than odd (warning: it was adjusted)',
    '10': 'ZMK parity',
  },
  run: (context, o) => importedAs(context, 'zpk', o),
});

export const exportZpk = hostCommand({
  code: 'GC',
  name: 'Translate a ZPK from LMK to ZMK',
  group: 'keys',
  repeatable: true,
  request: layout(key('zmk', 'zmk'), key('key', 'zpk'), oldOptions),
  reply: layout(key('key', 'zpk'), hexCheck),
  errors: { '10': 'ZMK parity', '11': 'ZPK parity' },
  run: (context, o) => {
    const master = context.key(o.zmk, 'zmk', '10', 'encrypt');
    const opened = context.key(o.key, 'zpk', '11');
    const scheme = o.schemeZmk ?? '0';
    const exported = context.keys.exportUnder(master, opened, { scheme, row: KEY_ROLES.zpk });
    return {
      key: exported,
      checkValue: context.keys.checkValue(opened, o.checkValueType === '1' ? 6 : 16),
    };
  },
});

const zekOrZak = choice('flag', { '0': 'ZEK', '1': 'ZAK' }, { error: '15' });
const FLAG_ROLE = { '0': 'zek', '1': 'zak' } as const satisfies Record<string, KeyRole>;

export const importZekZak = hostCommand({
  code: 'FK',
  name: 'Translate a ZEK or ZAK from ZMK to LMK',
  group: 'keys',
  request: layout(zekOrZak, key('zmk', 'zmk'), key('key', 'zek'), oldOptions),
  reply: layout(key('key', 'zek'), hexCheck),
  errors: {
    '01': 'the key had other parity than odd (warning: it was adjusted)',
    '10': 'ZMK parity',
  },
  run: (context, o) => importedAs(context, FLAG_ROLE[o.flag], o),
});

function importedAs(
  context: Context,
  role: KeyRole,
  o: { zmk: string; key: string; schemeLmk?: string; checkValueType?: '0' | '1' },
) {
  const master = context.key(o.zmk, 'zmk', '10', 'decrypt');
  const done = imported(context, {
    master,
    key: o.key,
    keyType: KEY_ROLES[role].type,
    schemeLmk: o.schemeLmk ?? '0',
  });
  if (o.checkValueType === '1') return done;
  const opened = context.key(done.key, role);
  return { ...done, checkValue: context.keys.checkValue(opened, 16) };
}

export const generateZekZak = hostCommand({
  code: 'FI',
  name: 'Generate a ZEK or ZAK under a ZMK',
  group: 'keys',
  request: layout(zekOrZak, key('zmk', 'zmk'), oldOptions),
  reply: layout(key('exported', 'zek'), key('key', 'zek'), hexCheck),
  errors: { '10': 'ZMK parity' },
  run: (context, o) => {
    const row = KEY_ROLES[FLAG_ROLE[o.flag]];
    const master = context.key(o.zmk, 'zmk', '10', 'encrypt');
    const scheme = o.schemeLmk ?? (context.lmk.kind === 'key-block' ? 'S' : 'Z');
    const made = context.newKey(scheme);
    const out = o.schemeZmk ?? (context.on('key-block-exchange') ? 'R' : '0');
    const exported = context.keys.exportUnder(master, made, { scheme: out, row });
    const sealed = context.keys.seal(context.lmk, made.bytes, { row, scheme });
    return {
      exported,
      key: sealed,
      checkValue: context.keys.checkValue(made, o.checkValueType === '1' ? 6 : 16),
    };
  },
});

const formZmk = <const C extends 'GE' | 'GG'>(code: C, count: 2 | 3) => {
  const components = [key('first', 'zmk'), key('second', 'zmk'), key('third', 'zmk')] as const;
  return hostCommand({
    code,
    name: `Form a ZMK from ${count === 2 ? 'two' : 'three'} components`,
    group: 'keys',
    request: layout(...components.slice(0, count), oldOptions),
    reply: layout(key('key', 'zmk'), hexCheck),
    errors: {
      '10': 'first component parity',
      '11': 'second component parity',
      '12': 'third component parity',
    },
    run: (context, values) => {
      context.authorised();
      const o = values as Record<string, string>;
      const names = ['first', 'second', 'third'].slice(0, count);
      const parity = ['10', '11', '12'] as const;
      const parts = names.map((name, i) => context.key(o[name]!, 'zmk', parity[i]));
      const scheme = o.schemeLmk ?? '0';
      const done = formed(context, parts, '000', scheme);
      const opened = context.key(done.key, 'zmk');
      return {
        key: done.key,
        checkValue: context.keys.checkValue(opened, o.checkValueType === '1' ? 6 : 16),
      };
    },
  });
};

export const formZmkOfTwo = formZmk('GE', 2);
export const formZmkOfThree = formZmk('GG', 3);

export const KEY_COMMANDS = [
  generateKey,
  formKey,
  importKey,
  exportKey,
  translateScheme,
  eraseKeyChange,
  checkValueOfKey,
  translateOldLmk,
  generateTmkKey,
  generateTak,
  generateZpk,
  importZpk,
  exportZpk,
  importZekZak,
  generateZekZak,
  formZmkOfTwo,
  formZmkOfThree,
] as const;
