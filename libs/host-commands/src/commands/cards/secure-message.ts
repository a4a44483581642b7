/** KU and KY: the MAC of a script command, its data enciphered, or a new PIN in it. */
import { type ScriptContent, type ScriptEncryption, type SessionOf, scriptOf } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import type { Context } from '../../device/context.js';
import { binary, choice, hex, key, layout, literal, unlessEnd, when } from '../../layout/nodes.js';
import { atc, branchHeight, panPsn, treeSession } from './emv-fields.js';
import { type PinChange, pinChangeFields, pinForCard } from './pin-change.js';

const session8 = binary('session', 8, {
  about: 'scheme 0 of KU: zeros and the ATC; else the ARQC or a random number',
});
const message = layout(
  hex('length', 4, { error: '80', about: 'bytes of the message in clear' }),
  binary('message', { from: 'length', radix: 16, max: 4_096 }),
  literal(';'),
);
const enciphered = layout(
  hex('offset', 4, { about: 'where the enciphered data goes in the message' }),
  hex('cipherLength', 4, { error: '80' }),
  binary('cipher', { from: 'cipherLength', radix: 16, max: 255 }),
  literal(';'),
);
const transportKey = key('transportKey', 'zek', {
  about: 'transport key (a ZEK) under which the data comes, ECB',
});
const reply = layout(
  binary('mac', 8),
  unlessEnd(
    0,
    hex('sealedLength', 4),
    binary('sealed', { from: 'sealedLength', radix: 16, max: 512 }),
  ),
);
const errors = {
  '04': 'mode',
  '05': 'scheme',
  '10': 'MK-SMI parity',
  '11': 'MK-SMC parity',
  '12': 'transport or PIN key parity',
  '23': 'PIN block format',
  '80': 'length or offset',
} as const;

interface Script {
  readonly panPsn: Uint8Array;
  readonly message: Uint8Array;
  readonly mkSmi: string;
  readonly mkSmc?: string;
  readonly transportKey?: string;
  readonly offset?: string;
  readonly cipher?: Uint8Array;
}

interface How {
  readonly integrity: SessionOf;
  readonly confidentiality?: SessionOf;
  readonly encryption: ScriptEncryption;
  /** The message carries a new PIN. */
  readonly pinChange: boolean;
}

function secured(context: Context, o: Script & Partial<PinChange>, how: How) {
  const { panPsn, message } = o;
  const smi = context.key(o.mkSmi, 'mkSmi', '10', 'derive');
  const integrity = { master: smi, session: how.integrity };
  if (how.confidentiality === undefined) return scriptOf(context, { panPsn, message, integrity });
  const smc = o.mkSmc === undefined ? smi : context.key(o.mkSmc, 'mkSmc', '11', 'derive');
  const { mac, sealed } = scriptOf(context, {
    panPsn,
    message,
    integrity,
    confidentiality: {
      master: smc,
      session: how.confidentiality,
      encryption: how.encryption,
      content: contentOf(context, o, how.pinChange),
      at: Number.parseInt(o.offset!, 16),
    },
  });
  const sealedLength = sealed!.length.toString(16).toUpperCase().padStart(4, '0');
  return { mac, sealedLength, sealed };
}

function contentOf(
  context: Context,
  o: Script & Partial<PinChange>,
  pinChange: boolean,
): ScriptContent {
  const cipher = o.cipher!;
  if (pinChange) return { kind: 'pin', ...pinForCard(context, o as PinChange, cipher) };
  return { kind: 'data', transport: context.key(o.transportKey!, 'zek', '12', 'decrypt'), cipher };
}

export const secureMessage3 = hostCommand({
  code: 'KU',
  name: 'Make a secure message to a card (EMV 3.1.1)',
  group: 'cards',
  request: layout(
    choice(
      'mode',
      {
        '0': 'MAC',
        '1': 'MAC and enciphered data, one master key',
        '2': 'MAC and enciphered data, two master keys',
        '3': 'MAC and PIN change, one master key',
        '4': 'MAC and PIN change, two master keys',
      },
      { error: '04' },
    ),
    choice('scheme', { '0': 'Visa', '1': 'Mastercard M/Chip' }, { error: '05' }),
    key('mkSmi', 'mkSmi'),
    panPsn,
    session8,
    ...message,
    when('mode', ['2', '4'], key('mkSmc', 'mkSmc')),
    when('mode', ['1', '2'], transportKey),
    when(
      'mode',
      ['1', '2', '3', '4'],
      binary('confidentialitySession', 8, {
        about: 'as the session data, for the enciphered data',
      }),
      ...enciphered,
    ),
    when('mode', ['3', '4'], ...pinChangeFields),
  ),
  reply,
  errors,
  notes:
    'The MAC covers the message with the enciphered data put into it at the offset. In modes 3 and 4 the enciphered data of the command is the PIN block under the PIN key. Fields are those of the HSM 8000 reference and of public clients, but for the place of the current PIN block of format 42, which no public source shows.',
  run: (context, o) => {
    const visa = o.scheme === '0';
    const sessionOf = (session: Uint8Array): SessionOf =>
      visa
        ? { kind: 'visa-script', atc: session.slice(6) }
        : { kind: 'common-diversified', diversifier: session };
    return secured(context, o, {
      integrity: sessionOf(o.session),
      confidentiality:
        o.confidentialitySession === undefined ? undefined : sessionOf(o.confidentialitySession),
      encryption: visa ? 'visa' : 'mastercard',
      pinChange: o.mode === '3' || o.mode === '4',
    });
  },
});

const ENCRYPTIONS = { '0': 'visa', '1': 'mastercard', '2': 'emv', '3': 'mastercard' } as const;

export const secureMessage4 = hostCommand({
  code: 'KY',
  name: 'Make a secure message to a card (EMV2000, EMV 4.x)',
  group: 'cards',
  request: layout(
    choice(
      'mode',
      { '0': 'MAC', '2': 'MAC and enciphered data', '4': 'MAC and PIN change' },
      { error: '04' },
    ),
    choice(
      'scheme',
      {
        '0': 'Visa, EMV2000 tree',
        '1': 'M/Chip 4, EMV2000 tree',
        '2': 'EMV common session key',
        '3': 'M/Chip 4, common session key',
      },
      { error: '05' },
    ),
    key('mkSmi', 'mkSmi'),
    panPsn,
    when('scheme', ['0', '1'], branchHeight, atc),
    when('scheme', ['2', '3'], session8),
    ...message,
    when('mode', ['2', '4'], key('mkSmc', 'mkSmc')),
    when('mode', '2', transportKey),
    when('mode', ['2', '4'], ...enciphered),
    when('mode', '4', ...pinChangeFields),
  ),
  reply,
  errors: { ...errors, '52': 'branch and height' },
  notes:
    'As KU, with two master keys always. The tree begins with a zero vector. The scheme always stands there, as in newer firmware.',
  run: (context, o) => {
    const how: SessionOf =
      o.session === undefined
        ? treeSession({ tree: o.tree, atc: o.atc! })
        : { kind: 'common-diversified', diversifier: o.session };
    return secured(context, o, {
      integrity: how,
      confidentiality: o.mode === '0' ? undefined : how,
      encryption: ENCRYPTIONS[o.scheme],
      pinChange: o.mode === '4',
    });
  },
});
