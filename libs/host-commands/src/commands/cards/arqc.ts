/** KQ and KW: application cryptograms and the issuer’s answers to them. */
import { equalConstantTime } from '@pinfold/crypto';
import {
  applicationCryptogram,
  arpcMethod1,
  arpcMethod2,
  type SessionKeyMethod,
  scriptMac,
} from '@pinfold/emv';
import { hostCommand } from '../../declare.js';
import { binary, choice, digits, hex, key, layout, when } from '../../layout/nodes.js';
import { refuse } from '../../refusal.js';
import {
  arqcErrors,
  atc,
  branchHeight,
  cardKeyOf,
  commonMethod,
  PADDING_NOTE,
  panPsn,
  transaction,
  treeMethod,
  un,
  wholeCardKeyOf,
  wholePan,
  withSession,
} from './emv-fields.js';

const ARQC_MODES = {
  '0': 'verify the ARQC',
  '1': 'verify the ARQC, make the ARPC',
  '2': 'make the ARPC',
} as const;

interface ArqcInput {
  readonly card: Uint8Array;
  readonly session: SessionKeyMethod;
  readonly verify: boolean;
  readonly data?: Uint8Array;
  readonly arqc: Uint8Array;
  /** Undefined where no answer is wanted. */
  readonly arpc?: (session: Uint8Array, card: Uint8Array) => Uint8Array;
}

/** Verifies and answers, as KQ and KW do. */
function arqcArpc(o: ArqcInput): { arpc: Uint8Array } {
  return withSession(o.card, o.session, (session, card) => {
    if (o.verify) {
      const data = o.data!;
      if (data.length === 0) refuse('81');
      const padding = data.length % 8 === 0 ? 'none' : 'iso1';
      const expected = applicationCryptogram({ key: session, data, padding });
      if (!equalConstantTime(expected, o.arqc)) refuse('01');
    }
    return { arpc: o.arpc === undefined ? new Uint8Array() : o.arpc(session, card) };
  });
}

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
    const { bytes: masterKey } = context.key(o.mkAc, 'mkAc', '10', 'derive');
    const visa = o.scheme === '0';
    const discretionary = o.mode === '3' || o.mode === '4';
    if (discretionary && !visa) refuse('03');
    const made = arqcArpc({
      card: cardKeyOf(masterKey, o.panPsn),
      session: visa ? { method: 'none' } : { method: 'mastercard', atc: o.atc, un: o.un },
      verify: o.mode !== '2',
      data: o.data,
      arqc: o.arqc,
      arpc:
        o.arc === undefined
          ? undefined
          : (_, card) => arpcMethod1({ key: card, arqc: o.arqc, arc: o.arc! }),
    });
    if (!discretionary) return made;
    if (o.discretionary!.length === 0) refuse('82');
    const smi = context.key(o.mkSmi!, 'mkSmi', '11', 'derive');
    const method = { method: 'visa-sm', atc: o.atc } as const;
    const right = withSession(cardKeyOf(smi.bytes, o.panPsn), method, (session) => {
      const mac = scriptMac({
        key: session,
        commandHeader: new Uint8Array(),
        macPrefix: o.discretionary!,
      });
      return equalConstantTime(mac.slice(0, 4), o.discretionaryMac!);
    });
    return right ? made : refuse('06');
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
    const { bytes: masterKey } = context.key(o.mkAc, 'mkAc', '10', 'derive');
    const tree = o.scheme === '0' || o.scheme === '1';
    const answer = o.mode === '0' ? undefined : ANSWERS[o.mode];
    const { arqc } = o;
    return arqcArpc({
      card:
        o.wholePan === undefined
          ? cardKeyOf(masterKey, o.panPsn!)
          : wholeCardKeyOf(masterKey, o.wholePan),
      session: tree ? treeMethod(o) : commonMethod(o.atc),
      verify: o.mode !== '2' && o.mode !== '4',
      data: o.data,
      arqc,
      arpc:
        answer === undefined
          ? undefined
          : (session) =>
              answer === 1
                ? arpcMethod1({ key: session, arqc, arc: o.arc! })
                : arpcMethod2({
                    key: session,
                    arqc,
                    csu: o.csu!,
                    proprietaryData: o.proprietary!,
                  }),
    });
  },
});
