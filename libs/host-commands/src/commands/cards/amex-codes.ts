/** RY: American Express card security codes and their keys. */
import { amexCodesOf, areEqualTexts, cvkOf, KEY_ROLES, type LmkKey, refuse } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import type { Context } from '../../device/context.js';
import { choice, digits, hex, key, layout, when } from '../../layout/nodes.js';
import { imported } from '../keys/import-export.js';
import { oldOptions } from '../keys/key-fields.js';

const VERDICTS = { '0': 'right', '1': 'not given', '2': 'wrong' } as const;
const verdict = <const N extends string>(name: N) => choice(name, VERDICTS);

const PAIR = { plain: 32, about: 'CSCK' } as const;
const ROW = KEY_ROLES.cvk;

export const amexCodes = hostCommand({
  code: 'RY',
  name: 'American Express card security codes and their keys',
  group: 'cards',
  request: layout(
    choice(
      'mode',
      {
        '0': 'generate a CSCK',
        '1': 'export a CSCK',
        '2': 'import a CSCK',
        '3': 'calculate the codes',
        '4': 'verify codes',
      },
      { error: '15' },
    ),
    when('mode', ['1', '2'], key('zmk', 'zmk', { plain: 32 })),
    when('mode', ['1', '2'], key('csckToMove', 'cvk', PAIR)),
    when('mode', ['0', '1', '2'], oldOptions),
    when(
      'mode',
      ['3', '4'],
      choice('flag', { '0': 'CSC version 1' }, { error: '15' }),
      key('csck', 'cvk', PAIR),
      digits('account', 19, { about: 'account number, zero-filled on the right', error: '22' }),
      digits('expiry', 4, { about: 'YYMM' }),
    ),
    when('mode', '4', hex('csc5', 5), hex('csc4', 4), hex('csc3', 3)),
  ),
  reply: layout(
    digits('mode', 1),
    when('mode', ['0', '1', '2'], key('csck', 'cvk', PAIR)),
    when('mode', ['0', '1', '2'], hex('checkValue', { beforeEnd: 0, max: 16 })),
    when('mode', '3', digits('csc5', 5), digits('csc4', 4), digits('csc3', 3)),
    when('mode', '4', verdict('right5'), verdict('right4'), verdict('right3')),
  ),
  errors: {
    '01': 'verification failure; import: the key had other parity than odd (warning)',
    '10': 'CSCK parity, or ZMK parity',
    '11': 'parity of the CSCK to be exported',
    '27': 'CSCK not double length',
  },
  notes:
    'American Express does not publish its algorithm: the codes are those of `amexCsc` in libs/pin, unconfirmed. Letters F as a code: it is not checked. Fields are those of the HSM 8000 reference; that the verdicts come with code 01, too, it does not say. Flag 2 (codes with a service code) is not served.',
  run: (context, o) => {
    switch (o.mode) {
      case '0': {
        const scheme = schemeUnderLmk(context, o.schemeLmk);
        const made = context.newKey(scheme);
        return { mode: o.mode, ...kept(context, made, scheme, o) };
      }
      case '1':
        return { mode: o.mode, ...exported(context, o as never) };
      case '2': {
        const master = context.key(o.zmk!, 'zmk', '10', 'decrypt');
        const schemeLmk = schemeUnderLmk(context, o.schemeLmk);
        const moved = { master, key: o.csckToMove!, keyType: ROW.type, schemeLmk };
        const { key: token, ...done } = imported(context, moved);
        const opened = context.key(token, 'cvk');
        return { ...done, mode: o.mode, csck: token, checkValue: checkOf(context, opened, o) };
      }
      default:
        return codes(context, o as never);
    }
  },
});

interface Options {
  readonly schemeZmk?: string;
  readonly checkValueType?: '0' | '1';
}

const schemeUnderLmk = (context: Context, scheme: string | undefined): string =>
  scheme ?? (context.lmk.kind === 'key-block' ? 'S' : 'X');

const checkOf = (context: Context, csck: LmkKey, o: Options): string =>
  context.keys.checkValue(csck, o.checkValueType === '1' ? 6 : 16);

function kept(context: Context, csck: LmkKey, scheme: string, o: Options) {
  if (csck.lengthBytes !== 16) refuse('27');
  const sealed = context.keys.seal(context.lmk, csck, { row: ROW, scheme });
  return { csck: sealed, checkValue: checkOf(context, csck, o) };
}

function exported(context: Context, o: Options & { zmk: string; csckToMove: string }) {
  const master = context.key(o.zmk, 'zmk', '10', 'encrypt');
  const csck = context.key(o.csckToMove, 'cvk', '11');
  const scheme = o.schemeZmk ?? (context.on('key-block-exchange') ? 'R' : 'X');
  return {
    csck: context.keys.exportUnder(master, csck, { scheme, row: ROW }),
    checkValue: checkOf(context, csck, o),
  };
}

interface CodeFields {
  readonly mode: '3' | '4';
  readonly csck: string;
  readonly account: string;
  readonly expiry: string;
  readonly csc5?: string;
  readonly csc4?: string;
  readonly csc3?: string;
}

function codes(context: Context, o: CodeFields) {
  const csck = cvkOf(context, o.csck, o.mode === '3' ? 'generate' : 'verify');
  const number = o.account.replace(/0+$/, '').padEnd(15, '0');
  const { csc5, csc4, csc3 } = amexCodesOf(csck, { pan: number, expiry: o.expiry });
  if (o.mode === '3') return { mode: o.mode, csc5, csc4, csc3 };
  const [right5, right4, right3] = [
    verdictOf(csc5, o.csc5!),
    verdictOf(csc4, o.csc4!),
    verdictOf(csc3, o.csc3!),
  ];
  const wrong = [right5, right4, right3].includes('2');
  const $warning = wrong ? ('01' as const) : undefined;
  return { mode: o.mode, right5, right4, right3, $warning };
}

function verdictOf(code: string, given: string): keyof typeof VERDICTS {
  if (/^F+$/.test(given)) return '1';
  return areEqualTexts(code, given) ? '0' : '2';
}
