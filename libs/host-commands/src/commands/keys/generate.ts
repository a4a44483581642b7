/** A0: a new key under the LMK, random or derived for a DUKPT device, and under a master key. */
import { deriveInitialKey, type LmkKey, refuse } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import type { Context } from '../../device/context.js';
import { KeyLane } from '../../lanes/generate-keys.js';
import { choice, hex, key, layout, optional, unlessEnd, when } from '../../layout/nodes.js';
import {
  atallaVariant,
  checkValue,
  exportKeyUnder,
  keyType,
  schemeLmk,
  schemeOut,
  zmkFor,
} from './key-fields.js';

const head = layout(
  choice(
    'mode',
    {
      '0': 'generate',
      '1': 'generate and export under ZMK or TMK',
      A: 'derive',
      B: 'derive and export',
    },
    { error: '15' },
  ),
  keyType,
  schemeLmk,
);

/** Types of base derivation keys under a variant LMK. */
const BDK_TYPES = { '1': '009', '2': '609', '3': '809', '4': '909' } as const;
/** Digits of a counter that the initial serial number leaves out. */
const COUNTER = '00000';

export const generateKey = hostCommand({
  code: 'A0',
  name: 'Generate a key',
  group: 'keys',
  attributes: true,
  request: layout(
    ...head,
    when(
      'mode',
      ['A', 'B'],
      choice('derivation', { '0': 'DUKPT initial key' }, { error: '15' }),
      choice(
        'bdkType',
        { '1': 'BDK-1', '2': 'BDK-2', '3': 'BDK-3', '4': 'BDK-4' },
        { error: '15' },
      ),
      key('bdk', 'bdk'),
      hex('initialKsn', 15, { about: 'key serial number without its counter' }),
    ),
    when(
      'mode',
      ['1', 'B'],
      optional(';', choice('master', { '0': 'ZMK', '1': 'TMK' })),
      key('zmk', 'zmk', { about: 'ZMK or TMK' }),
      schemeOut,
      atallaVariant,
    ),
  ),
  reply: layout(
    key('key', { typeFrom: 'keyType' }),
    unlessEnd(6, key('exported', { typeFrom: 'keyType' })),
    checkValue,
  ),
  errors: {
    '04': 'key type; modes A and B: other than 302 or FFF',
    '10': 'ZMK, TMK or BDK parity',
  },
  notes:
    'Modes A and B make the initial key (X9.24-1) of the device that the serial number names, from a triple DES BDK. It is kept and exported as derived, whatever its parity.',
  run: (context, o) => {
    const { mode } = o;
    const master =
      mode === '1' || mode === 'B' ? zmkFor(context, { ...o, zmk: o.zmk! }, 'encrypt') : undefined;
    const made =
      mode === 'A' || mode === 'B'
        ? initialKey(context, { ...(o as Required<typeof o>) })
        : context.newKey(o.schemeLmk);
    const sealed = context.sealKey(made, o.keyType, o.schemeLmk);
    const exported =
      master === undefined
        ? undefined
        : exportKeyUnder(context, master, made, o.keyType, o.schemeOut!);
    return { key: sealed, exported, checkValue: context.keys.checkValue(made) };
  },
  lane: (host) => new KeyLane(host, { request: head }),
});

interface InitialKeyFields {
  readonly keyType: string;
  readonly bdkType: keyof typeof BDK_TYPES;
  readonly bdk: string;
  readonly initialKsn: string;
}

function initialKey(context: Context, o: InitialKeyFields): LmkKey {
  const usage = context.attributes?.usage;
  if (o.keyType !== '302' && (o.keyType !== 'FFF' || (usage ?? 'B1') !== 'B1')) refuse('04');
  const bdk =
    context.lmk.kind === 'key-block'
      ? context.key(o.bdk, 'bdk', '10', 'derive')
      : context.keyOfType(o.bdk, BDK_TYPES[o.bdkType], '10', 'derive');
  return deriveInitialKey(context, bdk, o.initialKsn + COUNTER);
}
