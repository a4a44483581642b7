/** A4, GE and GG: keys of components. */
import { formKey as keyOfComponents, type LmkKey, refuse } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import type { Context } from '../../device/context.js';
import { digits, key, layout, repeat } from '../../layout/nodes.js';
import { checkValue, hexCheck, keyType, oldOptions, schemeLmk } from './key-fields.js';

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

function formed(context: Context, parts: readonly LmkKey[], type: string, scheme: string) {
  const made = keyOfComponents(context, parts);
  return {
    key: context.sealKey(made, type, scheme),
    checkValue: context.keys.checkValue(made),
  };
}

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
