/** Fields, errors, card keys and session keys that the EMV commands share. */
import { toHex } from '@pinfold/crypto';
import { iccMasterKey, type SessionKeyMethod, sessionDiversifier, sessionKey } from '@pinfold/emv';
import { binary, choice, digits, hex, layout, literal } from '../../layout/nodes.js';
import { refuse } from '../../refusal.js';

export const panPsn = binary('panPsn', 8, {
  about: 'account number and sequence number, 16 right-most digits, packed',
});

export const atc = binary('atc', 2);

export const un = binary('un', 4, { about: 'unpredictable number' });

export const transaction = layout(
  hex('length', 2, { error: '80', about: 'bytes of the transaction data' }),
  binary('data', { from: 'length', radix: 16, max: 255 }),
  literal(';'),
);

/** The PAN and sequence number in their whole length, where the card key is made by option B. */
export const wholePan = layout(
  digits('panLength', 2, { about: 'bytes of the next field, 08 to 99' }),
  binary('wholePan', { from: 'panLength', max: 99 }),
  literal(';'),
);

/** Branch factor and height of the EMV2000 tree. */
export const branchHeight = choice(
  'tree',
  { '0': 'branch factor 2, height 16', '1': 'branch factor 4, height 8' },
  { error: '52' },
);
const TREES = { '0': { branch: 2, height: 16 }, '1': { branch: 4, height: 8 } } as const;

export const arqcErrors = {
  '01': 'ARQC verification failure',
  '04': 'mode',
  '05': 'scheme',
  '10': 'MK-AC parity',
  '80': 'length of the transaction data',
  '81': 'no transaction data',
} as const;

/** What the commands say of the padding of the data. */
export const PADDING_NOTE =
  'Data that is no multiple of 8 bytes is filled with zeros; what a scheme appends (80) the host appends.';

/** The card's master key by option A from 16 digits, packed: the block is already formed. */
export function cardKeyOf(masterKey: Uint8Array, panPsnBytes: Uint8Array): Uint8Array {
  const text = toHex(panPsnBytes);
  if (!/^\d{16}$/.test(text)) refuse('22');
  return iccMasterKey({ imk: masterKey, pan: text.slice(0, 14), psn: text.slice(14) });
}

/** The card's master key by option B from the whole number; option A below 17 digits, as EMV has it. */
export function wholeCardKeyOf(masterKey: Uint8Array, wholePanBytes: Uint8Array): Uint8Array {
  const text = toHex(wholePanBytes).replace(/^0(?=\d{2,}$)/, '');
  if (!/^\d{14,21}$/.test(text)) refuse('22');
  const [pan, psn] = [text.slice(0, -2), text.slice(-2)];
  return iccMasterKey({ imk: masterKey, pan, psn, option: 'B' });
}

interface TreeInput {
  readonly tree?: keyof typeof TREES;
  readonly atc: Uint8Array;
  readonly iv?: Uint8Array;
}

/** The session key method of the EMV2000 tree; a zero vector where the message has none. */
export function treeMethod({ tree, atc, iv = new Uint8Array(16) }: TreeInput): SessionKeyMethod {
  return { method: 'emv2000-tree', atc, iv, ...TREES[tree!] };
}

/** EMV common session key for cryptograms: the counter is the diversifier. */
export function commonMethod(counter: Uint8Array): SessionKeyMethod {
  return { method: 'common', diversifier: sessionDiversifier(counter) };
}

/** Runs with the session key of a card, and wipes both keys. */
export function withSession<T>(
  card: Uint8Array,
  how: SessionKeyMethod,
  use: (session: Uint8Array, card: Uint8Array) => T,
): T {
  const session = sessionKey(card, how);
  try {
    return use(session, card);
  } finally {
    card.fill(0);
    session.fill(0);
  }
}
