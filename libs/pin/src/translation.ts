/**
 * Which PIN block formats may be translated into which, as data. PCI PIN Security Requirements
 * v3.1, requirement 3-3, made stricter in one place: nothing is translated to format 1, not even
 * format 1.
 *
 * | from \ to | 0, 3, 4 | 1 | 2 | other |
 * | 0, 3, 4 | same account only | no | to a card only | no |
 * | 1 | yes | no | to a card only | no |
 * | 2 | no | no | no | no |
 * | other | no: hardened devices do not take them | | | |
 */
import { InputError } from '@pinfold/crypto';
import { PIN_BLOCK_FORMATS, type PinBlockFormat } from './formats.js';

/**
 * - `same-account`: allowed when source and target have the same account number;
 * - `allowed`: the source has no account number, the target's is given;
 * - `card-only`: only inside a script command to a chip card;
 * - `forbidden`.
 */
export type TranslationRule = 'same-account' | 'allowed' | 'card-only' | 'forbidden';

type Group = 'account' | 'format1' | 'format2' | 'other';

const RULES: Record<Group, Record<Group, TranslationRule>> = {
  account: {
    account: 'same-account',
    format1: 'forbidden',
    format2: 'card-only',
    other: 'forbidden',
  },
  format1: { account: 'allowed', format1: 'forbidden', format2: 'card-only', other: 'forbidden' },
  format2: { account: 'forbidden', format1: 'forbidden', format2: 'forbidden', other: 'forbidden' },
  other: { account: 'forbidden', format1: 'forbidden', format2: 'forbidden', other: 'forbidden' },
};

const GROUP: Partial<Record<PinBlockFormat, Group>> = {
  iso0: 'account',
  iso1: 'format1',
  iso2: 'format2',
  iso3: 'account',
  iso4: 'account',
};

/** The rule for a translation. @throws InputError FORMAT_UNKNOWN */
export function translationRule(o: { from: PinBlockFormat; to: PinBlockFormat }): TranslationRule {
  for (const format of [o.from, o.to]) {
    if (!Object.hasOwn(PIN_BLOCK_FORMATS, format)) {
      throw new InputError('FORMAT_UNKNOWN', 'format must be one of PIN_BLOCK_FORMATS');
    }
  }
  return RULES[GROUP[o.from] ?? 'other'][GROUP[o.to] ?? 'other'];
}

/**
 * Whether a switch may translate: `card-only` counts as no, an account change only where the rule
 * lets it.
 */
export function mayTranslate(o: {
  from: PinBlockFormat;
  to: PinBlockFormat;
  sameAccount: boolean;
}): boolean {
  const rule = translationRule(o);
  return rule === 'allowed' || (rule === 'same-account' && o.sameAccount);
}
