/** A0: a new key under the LMK, and under a master key. */
import { hostCommand } from '../../declare.js';
import { KeyLane } from '../../lanes/generate-keys.js';
import { choice, key, layout, optional, unlessEnd, when } from '../../layout/nodes.js';
import { checkValue, exportKeyUnder, keyType, schemeLmk, schemeOut, ZMK } from './key-fields.js';

const request = layout(
  choice('mode', { '0': 'generate', '1': 'generate and export under ZMK or TMK' }, { error: '15' }),
  keyType,
  schemeLmk,
  when(
    'mode',
    '1',
    optional(';', choice('master', { '0': 'ZMK', '1': 'TMK' })),
    key('zmk', 'zmk', { about: 'ZMK or TMK' }),
    schemeOut,
  ),
);

export const generateKey = hostCommand({
  code: 'A0',
  name: 'Generate a key',
  group: 'keys',
  attributes: true,
  request,
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
  lane: (host) => new KeyLane(host, { request }),
});
