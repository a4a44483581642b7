/** Fields, errors and session keys that the EMV commands share. */
import type { SessionOf } from '@pinfold/hsm';
import { binary, choice, digits, hex, layout, literal } from '../../layout/nodes.js';

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

interface TreeInput {
  readonly tree?: keyof typeof TREES;
  readonly atc: Uint8Array;
  readonly iv?: Uint8Array;
}

/** The session key of the EMV2000 tree. */
export function treeSession({ tree, atc, iv }: TreeInput): SessionOf {
  return { kind: 'tree', atc, iv, ...TREES[tree!] };
}
