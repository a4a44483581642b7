import { concatBytes, wipe } from '@pinfold/crypto';
import {
  applicationCryptogram,
  capCode,
  capTerminalData,
  verifyCapCode as searchCode,
  sessionKey,
} from '@pinfold/emv';
import type { Core } from '../../core.js';
import { dataCommand } from '../../declare/command.js';
import {
  bytes,
  choice,
  digits,
  type Infer,
  integer,
  list,
  optional,
  token,
} from '../../declare/field.js';
import { done, type Outcome, refusal } from '../../outcome.js';
import {
  CAP_KEY,
  type CardKey,
  CRYPTOGRAM_SESSIONS,
  cardKey,
  cardMembers,
  cryptogramMethod,
} from './card-keys.js';

const MAX_TEMPLATE = 255;
const MAX_WINDOW = 100;
const { atc: _, ...card } = cardMembers;
/**
 * Bits of the cryptogram that a code must show. The caller names the bitmap: of a code of one bit every
 * other guess is right, and bit by bit the cryptogram would come out.
 */
const MIN_CRYPTOGRAM_BITS = 16;
/** Where the cryptogram stands under the bitmap: behind information data and counter. */
const CRYPTOGRAM = { from: 3, to: 11 } as const;

function cryptogramBits(ipb: Uint8Array): number {
  let bits = 0;
  for (const byte of ipb.subarray(CRYPTOGRAM.from, CRYPTOGRAM.to)) {
    for (let rest = byte; rest !== 0; rest &= rest - 1) bits += 1;
  }
  return bits;
}

const place = (what: string) =>
  optional(integer(`where ${what} stands in the template`, { min: 0, max: MAX_TEMPLATE }));

const input = {
  imk: token('IMKCAP', CAP_KEY),
  ...card,
  session: choice('session key derivation', CRYPTOGRAM_SESSIONS),
  un: optional(bytes('unpredictable number; Mastercard sessions', { length: 4 })),
  mode: choice('mode of the reader', ['identify', 'respond', 'sign', 'tds']),
  challenge: optional(digits('challenge; respond and sign', { min: 1, max: 8 })),
  amountMinor: optional(digits('amount in minor units; sign', { min: 1, max: 12 })),
  fields: optional(
    list("customer's fields; tds", digits('field', { min: 1, max: 10 }), { min: 1, max: 10 }),
  ),
  template: bytes('what the card signs, zeros where the device puts its own', {
    min: 8,
    max: MAX_TEMPLATE,
  }),
  counterAt: integer('where the counter stands in the template', { min: 0, max: MAX_TEMPLATE }),
  amountAt: place('the amount'),
  challengeAt: place('the unpredictable number'),
  padding: choice('padding of the cryptogram', ['iso1', 'iso2', 'none']),
  cid: bytes('cryptogram information data', { length: 1 }),
  iad: bytes('issuer application data', { min: 0, max: 32 }),
  ipb: bytes('issuer proprietary bitmap', { min: 11, max: 44 }),
  psnInCode: optional(bytes('sequence number, where the bitmap covers it', { length: 1 })),
  code: digits('the code that the customer typed', { min: 1, max: 20 }),
  lastCounter: integer('last counter that was used', { min: 0, max: 0xffff }),
  window: integer('counters after it that are tried', { min: 1, max: MAX_WINDOW }),
};

export const verifyCapCode = dataCommand({
  name: 'VerifyCapCode',
  group: 'emv',
  title: 'verifies a one-time code of a card reader (CAP, DPA) and tells its transaction counter',
  source:
    'Drimer, Murdoch, Anderson, Financial Cryptography 2009; EMV 4.3 Book 2, 8.1; payShield K2',
  roles: ['production'],
  input,
  output: {
    counter: integer('counter of the code: the last used from now on', { min: 1, max: 0xffff }),
  },
  errors: ['TOKEN_INVALID', 'INPUT_INVALID', 'CODE_LIMIT', 'CODE_WRONG'],
  verdicts: ['CODE_WRONG'],
  rules: ['M12.type-bound', 'M9.one-usage', 'M6.account-limit', 'M6.device-limit'],
  run(core, asked) {
    const master = cardKey(core, CAP_KEY, { token: asked.imk, card: asked });
    if (!master.ok) return master;
    try {
      return search(core, asked, master.value);
    } finally {
      wipe(master.value.bytes);
    }
  },
});

type Asked = Infer<typeof input>;

/** Tries the counters of the window under the card's own key. */
function search(
  core: Core,
  asked: Asked,
  { bytes: own, cipher }: CardKey,
): Outcome<{ counter: number }> {
  const { mode, fields, padding, counterAt, template, un } = asked;
  const methodAt = (atc: Uint8Array) => cryptogramMethod(asked.session, { atc, un, cipher });
  const sound =
    (mode === 'tds') === (fields !== undefined) &&
    counterAt + 2 <= template.length &&
    cryptogramBits(asked.ipb) >= MIN_CRYPTOGRAM_BITS;
  if (!sound || methodAt(template.slice(0, 2)) === undefined) return refusal('INPUT_INVALID');
  const { unpredictableNumber, amount } = capTerminalData(mode, asked);
  const data = Uint8Array.from(template);
  const placed =
    isPlaced(data, amount, { at: asked.amountAt, needed: mode === 'sign' }) &&
    isPlaced(data, unpredictableNumber, {
      at: asked.challengeAt,
      needed: mode === 'sign' || mode === 'respond',
    });
  if (!placed) return refusal('INPUT_INVALID');
  const limited = core.codeLimits.check(asked.pan, core.now);
  if (limited !== undefined) return limited;
  const codeFor = (counter: number): string => {
    const atc = Uint8Array.of(counter >> 8, counter & 255);
    data.set(atc, counterAt);
    const session = sessionKey(own, methodAt(atc)!, cipher);
    const ac = applicationCryptogram({ key: session, data, padding, cipher });
    wipe(session);
    const answer = concatBytes(asked.cid, atc, ac, asked.iad);
    return capCode({ answer, ipb: asked.ipb, psn: asked.psnInCode, tdsFields: fields });
  };
  const { code, lastCounter, window } = asked;
  const counter = searchCode({ code, lastCounter, window, codeFor });
  if (counter !== undefined) return done({ counter });
  core.codeLimits.failed(asked.pan, core.now);
  return refusal('CODE_WRONG');
}

/** Writes a value to its place; false where a place is missing or beyond the end. */
function isPlaced(
  data: Uint8Array,
  value: Uint8Array,
  { at, needed }: { at: number | undefined; needed: boolean },
): boolean {
  if (at === undefined) return !needed;
  if (at + value.length > data.length) return false;
  data.set(value, at);
  return true;
}
