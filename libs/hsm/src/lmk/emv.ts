/** EMV: card keys, application cryptograms and the issuer's answers to them. */
import { concatBytes, toHex } from '@pinfold/crypto';
import {
  applicationCryptogram,
  arpcMethod1,
  arpcMethod2,
  iccMasterKey,
  type SessionKeyMethod,
  scriptMac,
  sessionDiversifier,
  sessionKey,
} from '@pinfold/emv';
import { mustEqual } from './equal.js';
import { type LmkKey, openKeyOf } from './open-key.js';
import { refuse } from './refusal.js';

/** A card, as messages name it: option A from 16 packed digits, or the whole number for option B. */
export interface CardNumber {
  readonly panPsn?: Uint8Array;
  readonly wholePan?: Uint8Array;
}

/** The card's master key; whoever has it overwrites it. */
export function cardKeyOf(master: LmkKey, { panPsn, wholePan }: CardNumber): Uint8Array {
  const { bytes: imk } = openKeyOf(master);
  if (wholePan !== undefined) return wholeCardKey(imk, wholePan);
  const text = toHex(panPsn!);
  if (!/^\d{16}$/.test(text)) refuse('22');
  return iccMasterKey({ imk, pan: text.slice(0, 14), psn: text.slice(14) });
}

/** By option B from the whole number; option A below 17 digits, as EMV has it. */
function wholeCardKey(imk: Uint8Array, wholePan: Uint8Array): Uint8Array {
  const text = toHex(wholePan).replace(/^0(?=\d{2,}$)/, '');
  if (!/^\d{14,21}$/.test(text)) refuse('22');
  return iccMasterKey({ imk, pan: text.slice(0, -2), psn: text.slice(-2), option: 'B' });
}

/** How the session key of a card is made, in the words of the messages. */
export type SessionOf =
  | { readonly kind: 'none' }
  | { readonly kind: 'mastercard'; readonly atc: Uint8Array; readonly un: Uint8Array }
  | { readonly kind: 'visa-script'; readonly atc: Uint8Array }
  | { readonly kind: 'common'; readonly counter: Uint8Array }
  | { readonly kind: 'common-diversified'; readonly diversifier: Uint8Array }
  | {
      readonly kind: 'tree';
      readonly atc: Uint8Array;
      readonly branch: 2 | 4;
      readonly height: 8 | 16;
      /** A zero vector where the message has none. */
      readonly iv?: Uint8Array;
    };

function methodOf(o: SessionOf): SessionKeyMethod {
  switch (o.kind) {
    case 'none':
      return { method: 'none' };
    case 'mastercard':
      return { method: 'mastercard', atc: o.atc, un: o.un };
    case 'visa-script':
      return { method: 'visa-sm', atc: o.atc };
    case 'common':
      return { method: 'common', diversifier: sessionDiversifier(o.counter) };
    case 'common-diversified':
      return { method: 'common', diversifier: o.diversifier };
    case 'tree': {
      const { atc, branch, height, iv = new Uint8Array(16) } = o;
      return { method: 'emv2000-tree', atc, iv, branch, height };
    }
  }
}

/** Runs with the session key of a card, and overwrites both keys. */
export function withSession<T>(
  card: Uint8Array,
  how: SessionOf,
  use: (session: Uint8Array, card: Uint8Array) => T,
): T {
  const session = sessionKey(card, methodOf(how));
  try {
    return use(session, card);
  } finally {
    card.fill(0);
    session.fill(0);
  }
}

/** Data that is no whole number of blocks is filled with zeros. */
function cryptogramOf(key: Uint8Array, data: Uint8Array): Uint8Array {
  const padding = data.length % 8 === 0 ? 'none' : 'iso1';
  return applicationCryptogram({ key, data, padding });
}

/** The issuer's answer: by method 1, under the card's key or the session's; by method 2. */
export type Answer =
  | { readonly method: 1; readonly under: 'card' | 'session'; readonly arc: Uint8Array }
  | { readonly method: 2; readonly csu: Uint8Array; readonly proprietary: Uint8Array };

export interface ArqcRequest {
  readonly master: LmkKey;
  readonly card: CardNumber;
  readonly session: SessionOf;
  readonly arqc: Uint8Array;
  /** Verified where it is there; 81 where it is empty. */
  readonly data?: Uint8Array;
  readonly answer?: Answer;
}

/** Ends the command with 01 for a wrong ARQC; the ARPC, empty where none is wanted. */
export function arqcArpc(o: ArqcRequest): Uint8Array {
  return withSession(cardKeyOf(o.master, o.card), o.session, (session, card) => {
    if (o.data !== undefined) {
      if (o.data.length === 0) refuse('81');
      mustEqual(cryptogramOf(session, o.data), o.arqc);
    }
    return o.answer === undefined ? new Uint8Array() : arpcOf(o.answer, o.arqc, session, card);
  });
}

function arpcOf(answer: Answer, arqc: Uint8Array, session: Uint8Array, card: Uint8Array) {
  if (answer.method === 1) {
    return arpcMethod1({ key: answer.under === 'card' ? card : session, arqc, arc: answer.arc });
  }
  return arpcMethod2({ key: session, arqc, csu: answer.csu, proprietaryData: answer.proprietary });
}

/** Ends the command with 06 for a wrong MAC of four bytes over discretionary data. */
export function mustMatchDiscretionaryMac(
  master: LmkKey,
  o: {
    readonly card: CardNumber;
    readonly atc: Uint8Array;
    readonly data: Uint8Array;
    readonly mac: Uint8Array;
  },
): void {
  const how = { kind: 'visa-script', atc: o.atc } as const;
  const expected = withSession(cardKeyOf(master, o.card), how, (key) =>
    scriptMac({ key, commandHeader: new Uint8Array(), macPrefix: o.data }),
  );
  mustEqual(expected.slice(0, 4), o.mac, '06');
}

/** Ends the command with 01 where the bits of the mask differ; 81 no data, 15 a mask of zeros. */
export function mustMatchTruncated(o: {
  readonly master: LmkKey;
  readonly card: CardNumber;
  readonly session: SessionOf;
  readonly data: Uint8Array;
  readonly cryptogram: Uint8Array;
  readonly mask: Uint8Array;
}): void {
  if (o.data.length === 0) refuse('81');
  if (o.mask.every((byte) => byte === 0)) refuse('15');
  const masked = (bytes: Uint8Array) => bytes.map((byte, i) => byte & o.mask[i]!);
  const made = withSession(cardKeyOf(o.master, o.card), o.session, (session) =>
    cryptogramOf(session, o.data),
  );
  mustEqual(masked(made), masked(o.cryptogram));
}

const SHOWN_BYTES = 2;

/** The left two bytes of one block under a double-length key. */
function shown(key: Uint8Array, block: Uint8Array): Uint8Array {
  return applicationCryptogram({ key, data: block, padding: 'none' }).slice(0, SHOWN_BYTES);
}

/** Ends the command with 01 for a wrong data authentication code (Mastercard). */
export function mustMatchDac(master: LmkKey, panPsn: Uint8Array, dac: Uint8Array): void {
  mustEqual(shown(openKeyOf(master).bytes, panPsn), dac);
}

/** Ends the command with 01 for a wrong ICC dynamic number (Mastercard). */
export function mustMatchDynamicNumber(
  master: LmkKey,
  o: {
    readonly panPsn: Uint8Array;
    readonly dn: Uint8Array;
    readonly atc: Uint8Array;
    readonly un: Uint8Array;
  },
): void {
  const card = cardKeyOf(master, o);
  const made = shown(card, concatBytes(o.atc, new Uint8Array(2), o.un));
  card.fill(0);
  mustEqual(made, o.dn);
}
