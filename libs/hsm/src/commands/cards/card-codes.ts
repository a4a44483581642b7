/**
 * Card codes as one table: which key makes them, what they are made of, and how. A member that a
 * code needs and the caller left out is INPUT_INVALID; the key's usage is bound by rule M9.
 */
import { DesKey, wipe } from '@pinfold/crypto';
import { iccMasterKey } from '@pinfold/emv';
import { amexCsc, CVV_SERVICE_CODES, cavv, cvc3, cvv, cvv2, dcvv, icvv } from '@pinfold/pin';
import type { Core } from '../../core.js';
import {
  bytes,
  choice,
  digits,
  type Infer,
  integer,
  optional,
  token,
} from '../../declare/field.js';
import type { ClearKey } from '../../keys/clear-key.js';
import { readySlot } from '../../keys/key-store.js';
import type { UsageName } from '../../keys/usages.js';
import { done, type Outcome, refusal } from '../../outcome.js';
import { pan, psn } from '../fields.js';

/** Keys that make card codes; each code takes one usage of them. */
export const CARD_KEY = { types: ['P'], usages: ['CVK', 'CSCK', 'CAVVK', 'IMKDN'] } as const;
const SLOT = readySlot({ ...CARD_KEY, part: 'key' });

/** What codes are made of; which members a code needs says `CARD_CODES`. */
export const codeMembers = {
  pan: pan(),
  expiry: optional(digits('expiry, in the order that the issuer uses', { length: 4 })),
  serviceCode: optional(digits('service code', { length: 3 })),
  psn: optional(psn()),
  atc: optional(bytes('application transaction counter', { length: 2 })),
  un: optional(bytes('unpredictable number of the terminal', { length: 4 })),
  track: optional(bytes('static track data', { min: 1, max: 256 })),
  trackingNumber: optional(digits('last digits of the tracking number', { length: 4 })),
  resultCode: optional(digits('result of the authentication', { length: 1 })),
  secondFactorCode: optional(digits('code of the second factor', { length: 2 })),
  digits: optional(integer('digits of a CVC3; 3 where nothing is said', { min: 1, max: 5 })),
};
type Members = Infer<typeof codeMembers>;
type Needed = Required<Members>;

interface CardCode {
  readonly usage: UsageName;
  readonly needs: readonly (keyof Members)[];
  /** Digits of the code; undefined where the caller chooses. */
  readonly length: number | undefined;
  make(key: DesKey, input: Needed): string;
  /** The digits whose MAC under the key the code begins with, where it is no more than that. */
  text?(input: Needed): string;
}

const csc = (name: 'csc3' | 'csc4' | 'csc5', length: number): CardCode => ({
  usage: 'CSCK',
  needs: ['expiry'],
  length,
  make: (csck, { pan: account, expiry }) => amexCsc({ csck, pan: account, expiry })[name],
});

export const CARD_CODES = {
  cvv: {
    usage: 'CVK',
    needs: ['expiry', 'serviceCode'],
    length: 3,
    make: (cvk, input) => cvv({ cvk, ...stripe(input) }),
    text: ({ pan: account, expiry, serviceCode }) => account + expiry + serviceCode,
  },
  cvv2: {
    usage: 'CVK',
    needs: ['expiry'],
    length: 3,
    make: (cvk, { pan: account, expiry }) => cvv2({ cvk, pan: account, expiry }),
    text: ({ pan: account, expiry }) => account + expiry + CVV_SERVICE_CODES.cvv2,
  },
  icvv: {
    usage: 'CVK',
    needs: ['expiry'],
    length: 3,
    make: (cvk, { pan: account, expiry }) => icvv({ cvk, pan: account, expiry }),
    text: ({ pan: account, expiry }) => account + expiry + CVV_SERVICE_CODES.icvv,
  },
  dcvv: {
    usage: 'IMKDN',
    needs: ['expiry', 'serviceCode', 'atc'],
    length: 3,
    make: (key, input) => dcvv({ cvk: key, atc: counterDigits(input.atc), ...stripe(input) }),
  },
  cvc3: {
    usage: 'IMKDN',
    needs: ['track', 'atc', 'un'],
    length: undefined,
    make: (key, { track, atc, un, digits: wanted }) =>
      cvc3({ key, track, atc, un, digits: wanted ?? 3 }),
  },
  csc3: csc('csc3', 3),
  csc4: csc('csc4', 4),
  csc5: csc('csc5', 5),
  cavv: {
    usage: 'CAVVK',
    needs: ['trackingNumber', 'resultCode', 'secondFactorCode'],
    length: 3,
    make: (cvk, { pan: account, trackingNumber, resultCode, secondFactorCode }) =>
      cavv({ cvk, pan: account, trackingNumber, resultCode, secondFactorCode }),
  },
} as const satisfies Record<string, CardCode>;

export type CardCodeName = keyof typeof CARD_CODES;
export const CARD_CODE_NAMES = Object.keys(CARD_CODES) as CardCodeName[];

export const cardKey = () => token('CVK, CSCK, CAVVK or IMKDN, by the code', CARD_KEY);
export const codeName = () => choice('which code', CARD_CODE_NAMES);
export const cardCode = () => digits('the code', { min: 1, max: 5 });

export type CodeAsked = Members & { readonly key: string; readonly code: CardCodeName };

/** The key of a code: TOKEN_INVALID (not one for it), INPUT_INVALID (a member is missing). */
export function codeKey(core: Core, input: CodeAsked): Outcome<ClearKey> {
  const row: CardCode = CARD_CODES[input.code];
  const held = core.keys.open(input.key, SLOT);
  const misused = core.policy.on['M9.one-usage'] && held?.header.usage !== row.usage;
  if (held?.des === undefined || misused || held.header.lengthBytes !== 16) {
    return refusal('TOKEN_INVALID');
  }
  const missing = row.needs.some((name) => input[name] === undefined);
  return missing ? refusal('INPUT_INVALID') : done(held);
}

/** What a batch MACs for a code, or undefined where the code is more than a MAC. */
export function codeText(input: CodeAsked): string | undefined {
  const row: CardCode = CARD_CODES[input.code];
  return row.text?.(input as Needed);
}

/** The code, or what `codeKey` refuses. */
export function codeOf(core: Core, input: CodeAsked): Outcome<string> {
  const opened = codeKey(core, input);
  if (!opened.ok) return opened;
  const { value: held } = opened;
  const row: CardCode = CARD_CODES[input.code];
  if (row.usage !== 'IMKDN') return done(row.make(held.des!, input as Needed));
  const own = iccMasterKey({
    imk: held.exposeBytes(),
    pan: input.pan,
    psn: input.psn ?? '00',
  });
  const key = DesKey.of(own);
  wipe(own);
  try {
    return done(row.make(key, input as Needed));
  } finally {
    key.wipe();
  }
}

function stripe({ pan: account, expiry, serviceCode }: Needed) {
  return { pan: account, expiry, serviceCode };
}

/** The counter as the four decimal digits that stand in place of the PAN's first four. */
function counterDigits(atc: Uint8Array): string {
  return String(((atc[0]! << 8) | atc[1]!) % 10_000).padStart(4, '0');
}
