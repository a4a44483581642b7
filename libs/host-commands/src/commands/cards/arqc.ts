/** KQ and KW: application cryptograms and the issuer’s answers to them. */

import { equalConstantTime } from '@pinfold/crypto';
import {
  applicationCryptogram,
  arpcMethod1,
  arpcMethod2,
  type SessionKeyMethod,
  sessionKey,
} from '@pinfold/emv';
import { hostCommand } from '../../declare.js';
import { binary, choice, digits, key, layout, when } from '../../layout/nodes.js';
import { refuse } from '../../refusal.js';
import { arqcErrors, atc, cardKeyOf, panPsn, transaction, un } from './emv-fields.js';

const ARQC_MODES = {
  '0': 'verify the ARQC',
  '1': 'verify the ARQC, make the ARPC',
  '2': 'make the ARPC',
} as const;

interface ArqcInput {
  readonly mode: string;
  readonly masterKey: Uint8Array;
  readonly panPsn: Uint8Array;
  readonly session: SessionKeyMethod;
  readonly padding: 'iso1' | 'iso2';
  readonly data: Uint8Array;
  readonly arqc: Uint8Array;
  readonly arpc: (session: Uint8Array) => Uint8Array;
}

/** Verifies and answers, as KQ and KW do. */
function arqcArpc(o: ArqcInput): { arpc: Uint8Array } {
  if (o.mode !== '2' && o.data.length === 0) refuse('81');
  const card = cardKeyOf(o.masterKey, o.panPsn);
  const session = sessionKey(card, o.session);
  try {
    if (o.mode !== '2') {
      const expected = applicationCryptogram({ key: session, data: o.data, padding: o.padding });
      if (!equalConstantTime(expected, o.arqc)) refuse('01');
    }
    return { arpc: o.mode === '0' ? new Uint8Array() : o.arpc(session) };
  } finally {
    card.fill(0);
    session.fill(0);
  }
}

const arpcReply = layout(binary('arpc', { beforeEnd: 0, max: 8 }));

export const verifyArqc = hostCommand({
  code: 'KQ',
  name: 'Verify an ARQC, make an ARPC (EMV 3.1.1)',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice('mode', ARQC_MODES, { error: '04' }),
    choice(
      'scheme',
      { '0': 'Visa, no session key', '1': 'Mastercard M/Chip session key' },
      { error: '05' },
    ),
    key('mkAc', 'mkAc'),
    panPsn,
    atc,
    un,
    ...transaction,
    binary('arqc', 8),
    when('mode', ['1', '2'], binary('arc', 2, { about: 'authorisation response code' })),
  ),
  reply: arpcReply,
  errors: arqcErrors,
  notes:
    'The transaction data is filled with zeros when needed (scheme 0), or with 80 and zeros (scheme 1).',
  run: (context, o) => {
    const { bytes: masterKey } = context.key(o.mkAc, 'mkAc', '10', 'derive');
    const visa = o.scheme === '0';
    return arqcArpc({
      ...o,
      masterKey,
      session: visa ? { method: 'none' } : { method: 'mastercard', atc: o.atc, un: o.un },
      padding: visa ? 'iso1' : 'iso2',
      arpc: (session) => arpcMethod1({ key: session, arqc: o.arqc, arc: o.arc! }),
    });
  },
});

export const verifyArqc4 = hostCommand({
  code: 'KW',
  name: 'Verify an ARQC, make an ARPC (EMV 4.x)',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice(
      'mode',
      { ...ARQC_MODES, '3': 'verify, make the ARPC by method 2', '4': 'make the ARPC by method 2' },
      { error: '04' },
    ),
    choice('scheme', { '2': 'EMV common session key' }, { error: '05' }),
    key('mkAc', 'mkAc'),
    panPsn,
    atc,
    ...transaction,
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
  errors: arqcErrors,
  notes: 'Schemes 0 and 1 (EMV2000 tree) are not served. Data is padded with 80 and zeros.',
  run: (context, o) => {
    const { bytes: masterKey } = context.key(o.mkAc, 'mkAc', '10', 'derive');
    const diversifier = new Uint8Array(8);
    diversifier.set(o.atc);
    const method2 = o.mode === '3' || o.mode === '4';
    return arqcArpc({
      ...o,
      mode: o.mode === '3' ? '1' : o.mode === '4' ? '2' : o.mode,
      masterKey,
      session: { method: 'common', diversifier },
      padding: 'iso2',
      arpc: (session) =>
        method2
          ? arpcMethod2({
              key: session,
              arqc: o.arqc,
              csu: o.csu!,
              proprietaryData: o.proprietary!,
            })
          : arpcMethod1({ key: session, arqc: o.arqc, arc: o.arc! }),
    });
  },
});
