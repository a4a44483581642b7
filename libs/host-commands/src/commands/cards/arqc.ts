/** KQ and KW: application cryptograms and the issuer’s answers to them. */
import { type Answer, arqcArpc, mustMatchDiscretionaryMac, refuse } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { binary, choice, digits, hex, key, layout, when } from '../../layout/nodes.js';
import {
  arqcErrors,
  atc,
  branchHeight,
  PADDING_NOTE,
  panPsn,
  transaction,
  treeSession,
  un,
  wholePan,
} from './emv-fields.js';

const ARQC_MODES = {
  '0': 'verify the ARQC',
  '1': 'verify the ARQC, make the ARPC',
  '2': 'make the ARPC',
} as const;

const arpcReply = layout(binary('arpc', { beforeEnd: 0, max: 8 }));

export const verifyArqc = hostCommand({
  code: 'KQ',
  name: 'Verify an ARQC, make an ARPC (EMV 3.1.1)',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice(
      'mode',
      {
        ...ARQC_MODES,
        '3': 'verify the ARQC and the discretionary MAC',
        '4': 'verify both, make the ARPC',
      },
      { error: '04' },
    ),
    choice(
      'scheme',
      { '0': 'Visa, no session key', '1': 'Mastercard M/Chip session key' },
      { error: '05' },
    ),
    key('mkAc', 'mkAc'),
    when('mode', ['3', '4'], key('mkSmi', 'mkSmi')),
    panPsn,
    atc,
    un,
    when('mode', ['0', '1', '3', '4'], ...transaction),
    binary('arqc', 8),
    when('mode', ['1', '2', '4'], binary('arc', 2, { about: 'authorisation response code' })),
    when(
      'mode',
      ['3', '4'],
      binary('discretionaryMac', 4),
      hex('discretionaryLength', 2, { error: '82' }),
      binary('discretionary', { from: 'discretionaryLength', radix: 16, max: 255 }),
    ),
  ),
  reply: arpcReply,
  errors: {
    ...arqcErrors,
    '03': 'mode 3 or 4 with another scheme than 0',
    '06': 'discretionary MAC verification failure',
    '11': 'MK-SMI parity',
    '82': 'length of the discretionary data',
  },
  notes: `${PADDING_NOTE} The ARPC of both schemes is made under the card’s master key. Modes 3 and 4: the order of the fields is that of public clients; that the MAC has four bytes, under the Visa session key of MK-SMI, is not confirmed. The calculated ARQC is given in no state.`,
  run: (context, o) => {
    const master = context.key(o.mkAc, 'mkAc', '10', 'derive');
    const visa = o.scheme === '0';
    const discretionary = o.mode === '3' || o.mode === '4';
    if (discretionary && !visa) refuse('03');
    const card = { panPsn: o.panPsn };
    const arpc = arqcArpc({
      master,
      card,
      session: visa ? { kind: 'none' } : { kind: 'mastercard', atc: o.atc, un: o.un },
      data: o.data,
      arqc: o.arqc,
      answer: o.arc === undefined ? undefined : { method: 1, under: 'card', arc: o.arc },
    });
    if (!discretionary) return { arpc };
    const { discretionary: data, discretionaryMac: mac } = o as Required<typeof o>;
    if (data.length === 0) refuse('82');
    const smi = context.key(o.mkSmi!, 'mkSmi', '11', 'derive');
    mustMatchDiscretionaryMac(smi, { card, atc: o.atc, data, mac });
    return { arpc };
  },
});

const OPTION_B = ['1', '3'] as const;
const TREE = ['0', '1'] as const;
const ANSWERS = { '1': 1, '2': 1, '3': 2, '4': 2 } as const;

export const verifyArqc4 = hostCommand({
  code: 'KW',
  name: 'Verify an ARQC, make an ARPC (EMV2000, EMV 4.x)',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice(
      'mode',
      { ...ARQC_MODES, '3': 'verify, make the ARPC by method 2', '4': 'make the ARPC by method 2' },
      { error: '04' },
    ),
    choice(
      'scheme',
      {
        '0': 'EMV2000 tree, card key by option A',
        '1': 'EMV2000 tree, option B',
        '2': 'EMV common session key, option A',
        '3': 'EMV common session key, option B',
      },
      { error: '05' },
    ),
    key('mkAc', 'mkAc'),
    when('scheme', TREE, binary('iv', 16, { about: 'IV-AC of the tree' })),
    when('scheme', ['0', '2'], panPsn),
    when('scheme', OPTION_B, ...wholePan),
    when('scheme', TREE, branchHeight),
    atc,
    when('mode', ['0', '1', '3'], ...transaction),
    binary('arqc', 8),
    when('mode', ['1', '2'], binary('arc', 2)),
    when(
      'mode',
      ['3', '4'],
      binary('csu', 4, { about: 'card status update' }),
      digits('proprietaryLength', 1),
      binary('proprietary', { from: 'proprietaryLength', max: 8 }),
    ),
  ),
  reply: arpcReply,
  errors: { ...arqcErrors, '52': 'branch and height' },
  notes: `${PADDING_NOTE} The ARPC is made under the session key.`,
  run: (context, o) => {
    const master = context.key(o.mkAc, 'mkAc', '10', 'derive');
    const tree = o.scheme === '0' || o.scheme === '1';
    return {
      arpc: arqcArpc({
        master,
        card: o,
        session: tree ? treeSession(o) : { kind: 'common', counter: o.atc },
        data: o.data,
        arqc: o.arqc,
        answer: answerOf(o),
      }),
    };
  },
});

function answerOf(o: {
  readonly mode: keyof typeof ANSWERS | '0';
  readonly arc?: Uint8Array;
  readonly csu?: Uint8Array;
  readonly proprietary?: Uint8Array;
}): Answer | undefined {
  if (o.mode === '0') return undefined;
  return ANSWERS[o.mode] === 1
    ? { method: 1, under: 'session', arc: o.arc! }
    : { method: 2, csu: o.csu!, proprietary: o.proprietary! };
}
