/** K2: truncated application cryptograms (Mastercard CAP). */
import { mustMatchMaskMac, mustMatchTruncated, type SessionOf } from '@pinfold/hsm';
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
    choice(
      'mode',
      { '0': 'verify the cryptogram', '1': 'verify it and the MAC of the mask' },
      { error: '04' },
    ),
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
    binary('mask', 8, { about: 'IPB: ones for the bits that are compared' }),
    when('mode', '1', binary('maskMac', 4, { about: 'MAC of the mask under the LMK' })),
  ),
  reply: layout(),
  errors: {
    ...arqcErrors,
    '01': 'verification failure',
    '06': 'MAC of the mask',
    '52': 'branch and height',
  },
  notes: `${PADDING_NOTE} Fields are those of the HSM 8000 reference up to the ATC, and of thalessimulatorlibrary from there on. The MAC of the mask is what a real device’s console gives (MI): ISO 9797-1 algorithm 3 under LMK pair 18-19 variant 2, left four bytes; under a key-block LMK it is CMAC under a key derived from the LMK. Its error code is this program’s own.`,
  run: (context, o) => {
    const master = context.key(o.mkAc, 'mkAc', '10', 'derive');
    const { data, cryptogram, mask, maskMac } = o;
    if (maskMac !== undefined) mustMatchMaskMac(context, mask, maskMac);
    mustMatchTruncated({ master, card: o, session: sessionOf(o), data, cryptogram, mask });
    return {};
  },
});
