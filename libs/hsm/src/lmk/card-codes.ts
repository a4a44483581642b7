/** Card verification values: CVV, Amex CSC, dCVV, CVC3. */
import { DesKey, fromHex } from '@pinfold/crypto';
import { iccMasterKey } from '@pinfold/emv';
import { amexCsc, cvc3, cvv, dcvv } from '@pinfold/pin';
import type { LmkContext } from './lmk-context.js';
import { type LmkKey, openKeyOf } from './open-key.js';
import { refuse } from './refusal.js';

const PAIR_BYTES = 16;
const SEQUENCE_NUMBER = '00';

/** A card verification key pair; 27 for another length. */
export function cvkOf(context: LmkContext, token: string, need: 'generate' | 'verify'): LmkKey {
  const key = context.key(token, 'cvk', '10', need);
  return key.lengthBytes === PAIR_BYTES ? key : refuse('27');
}

export function cvvOf(
  key: LmkKey,
  o: { readonly pan: string; readonly expiry: string; readonly serviceCode: string },
): string {
  const { pan, expiry, serviceCode } = o;
  return cvv({ cvk: openKeyOf(key).des, pan, expiry, serviceCode });
}

export function amexCodesOf(key: LmkKey, o: { readonly pan: string; readonly expiry: string }) {
  return amexCsc({ csck: openKeyOf(key).des, pan: o.pan, expiry: o.expiry });
}

interface CardOf {
  readonly pan: string;
  /** Sequence number, 00 where the message has none. */
  readonly psn?: string;
  readonly option: 'A' | 'B';
}

/** Visa's dynamic value, under the card's key of a master key. */
export function dynamicCvv(
  master: LmkKey,
  o: CardOf & { readonly expiry: string; readonly serviceCode: string; readonly atc: string },
): string {
  const { pan, expiry, serviceCode, atc } = o;
  return withCardKey(master, o, (cvk) => dcvv({ cvk, pan, expiry, serviceCode, atc }));
}

/** Mastercard's dynamic code, under the card's key of a master key; ATC and number hexadecimal. */
export function dynamicCvc3(
  master: LmkKey,
  o: CardOf & {
    readonly psn: string;
    readonly track: Uint8Array;
    readonly atc: string;
    readonly un: string;
    readonly digits: number;
  },
): string {
  const { track, atc, un, digits } = o;
  return withCardKey(master, o, (key) =>
    cvc3({ key, track, atc: fromHex(atc), un: fromHex(un), digits }),
  );
}

function withCardKey(
  master: LmkKey,
  { pan, psn = SEQUENCE_NUMBER, option }: CardOf,
  use: (key: DesKey) => string,
) {
  const card = iccMasterKey({ imk: openKeyOf(master).bytes, pan, psn, option });
  const key = DesKey.of(card);
  try {
    return use(key);
  } finally {
    key.wipe();
    card.fill(0);
  }
}
