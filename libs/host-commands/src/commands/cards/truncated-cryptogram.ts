/** K2: truncated application cryptograms (Mastercard CAP). */
import { mustMatchTruncated, type SessionOf } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { binary, choice, key, layout, when } from '../../layout/nodes.js';
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

interface SessionInput {
  readonly session: '0' | '1' | '2' | '3';
  readonly atc: Uint8Array;
  readonly un: Uint8Array;
  readonly iv?: Uint8Array;
  readonly tree?: '0' | '1';
}

function sessionOf(o: SessionInput): SessionOf {
  if (o.session === '0') return { kind: 'none' };
  if (o.session === '1') return { kind: 'mastercard', atc: o.atc, un: o.un };
  return o.session === '2' ? treeSession(o) : { kind: 'common', counter: o.atc };
}

export const verifyTruncatedCryptogram = hostCommand({
  code: 'K2',
  name: 'Verify a truncated application cryptogram (CAP)',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice('mode', { '0': 'verify the cryptogram' }, { error: '04' }),
    choice('scheme', { '00': 'Mastercard CAP' }, { error: '05' }),
    choice('cardKey', { '0': 'EMV option A', '1': 'EMV option B' }, { error: '15' }),
    choice(
      'session',
      {
        '0': 'no session key',
        '1': 'M/Chip 2.1',
        '2': 'EMV2000 tree',
        '3': 'EMV common session key (an addition of this program)',
      },
      { error: '15' },
    ),
    key('mkAc', 'mkAc'),
    when('session', '2', binary('iv', 16, { about: 'IV-AC of the tree' })),
    when('cardKey', '0', panPsn),
    when('cardKey', '1', ...wholePan),
    when('session', '2', branchHeight),
    atc,
    un,
    ...transaction,
    binary('cryptogram', 8, { about: 'zeros where the mask has none' }),
    binary('mask', 8, { about: 'ones for the bits that are compared' }),
  ),
  reply: layout(),
  errors: { ...arqcErrors, '01': 'verification failure', '52': 'branch and height' },
  notes: `${PADDING_NOTE} Up to the ATC the fields are those of the HSM 8000 reference; from the unpredictable number on they are this program’s own, since no public source shows them. Mode 1 (MAC verification) is not served.`,
  run: (context, o) => {
    const master = context.key(o.mkAc, 'mkAc', '10', 'derive');
    const { data, cryptogram, mask } = o;
    mustMatchTruncated({ master, card: o, session: sessionOf(o), data, cryptogram, mask });
    return {};
  },
});
