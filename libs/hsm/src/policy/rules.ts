/**
 * The rules of hardened mode: one table. Each rule refuses one thing, can be switched off alone,
 * and names its source and the attacks that it stops. `legacy` has none of them.
 *
 * `holds` judges the facts that a command states about its case; the facts are token headers,
 * formats, roles and counters, never key material, so that a rule means the same for the device
 * and for the symbolic model. Where `holds` is absent the facts are one boolean: whether the case
 * is allowed.
 */
import type { KeyType } from '../keys/key-types.js';
import { strengthBits } from '../keys/strength.js';
import { USAGES, type UsageFacts, type UsageName } from '../keys/usages.js';
import type { TokenHeader } from '../tokens/header.js';
import { isAccountBound, translationAllowed } from './pin-translation.js';

export interface Rule<F> {
  readonly refuses: string;
  readonly error: string;
  readonly source: string;
  /**
   * Attacks of `libs/lab` that it was measured to hold, alone or with others (attacks.md); none for
   * rules that bound what these attacks do not try, or stand behind others.
   */
  readonly stops: readonly string[];
  /** Why it is there although no attack goes through without it: what holds in its place. */
  readonly behind?: string;
  holds(facts: F): boolean;
}

/** A key as far as its strength goes: a token's header, or an RSA key. */
type Measured = Parameters<typeof strengthBits>[0];
type Shares = { readonly shares: readonly TokenHeader[] };
const rule = <F>(facts: Rule<F>): Rule<F> => facts;
const allowed = (fact: boolean): boolean => fact;
const shareOf = (header: TokenHeader) => header.share;
const distinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

export const RULES = {
  'M1.stored-tables': rule<boolean>({
    refuses: 'a decimalisation table in the request',
    error: 'TABLE_REFUSED',
    source: 'IBM CCA access control point 0356; US 8,639,938; Bond, Zielinski 2003',
    stops: ['decimalisation', 'decimalisation-offset', 'calculate-offset'],
    holds: allowed,
  }),
  'M1.two-roles': rule<{ registeredBy: string; activatedBy: string }>({
    refuses: 'a table activated by the person who registered it',
    error: 'DUAL_CONTROL_REQUIRED',
    source: 'IBM CCA access control point 0356; payShield ED, CS',
    stops: ['own-table'],
    holds: ({ registeredBy, activatedBy }) => registeredBy !== activatedBy,
  }),
  'M2.authenticated-record': rule<boolean>({
    refuses: 'a verification record (account, length, table, offset or PVV, PVKI) without its MAC',
    error: 'RECORD_INVALID',
    source: 'Centenaro, Focardi, Luccio, Steel, ESORICS 2009; IBM DK PRW',
    stops: ['decimalisation-offset'],
    holds: allowed,
  }),
  'M2.sealed-value': rule<boolean>({
    refuses: 'an offset or PVV that can be read: records hide theirs, each with a random number',
    error: 'OFFSET_REFUSED',
    source: 'IBM CCA DK PIN methods (PIN reference value); Clulow 2003',
    stops: ['calculate-offset', 'typed-offset', 'change-pin', 'own-table', 'unbound-issuance'],
    holds: allowed,
  }),
  'M3.translation-table': rule<{ from: string; to: string }>({
    refuses: 'a PIN block translation that PCI PIN does not allow',
    error: 'TRANSLATION_REFUSED',
    source: 'PCI PIN Security Requirements, 3-3',
    stops: ['reformat'],
    holds: translationAllowed,
  }),
  'M3.same-account': rule<{ from: string; to: string }>({
    refuses: 'another account number in the translated PIN block',
    error: 'TRANSLATION_REFUSED',
    source: 'PCI PIN Security Requirements, 3-3; Clulow 2003',
    stops: ['reformat', 'change-pin'],
    holds: ({ from, to }) => from === to,
  }),
  'M3.towards-issuer': rule<{ to: UsageName }>({
    refuses: "a PIN block translated to a terminal's key: PINs go from terminals to issuers",
    error: 'TRANSLATION_REFUSED',
    source:
      'payShield CA, CC (TPK to ZPK, ZPK to ZPK, never back); PCI PIN Security Requirements, 19',
    stops: ['opened-terminal'],
    holds: ({ to }) => to !== 'TPK',
  }),
  'M4.one-answer': rule<boolean>({
    refuses: 'telling why a PIN block is bad',
    error: 'PIN_BLOCK_INVALID',
    source: 'IBM CCA access control point 039F',
    stops: [],
    behind:
      'M5.no-digit-check leaves no second reason to tell; where digits are looked at, yes and no tell as much. It keeps a reason that comes later from becoming an oracle',
    holds: allowed,
  }),
  'M5.no-digit-check': rule<boolean>({
    refuses: 'looking at the digits of an extracted PIN',
    error: 'PIN_BLOCK_INVALID',
    source: 'IBM CCA access control point 0055; Clulow 2003',
    stops: ['digit-check'],
    holds: allowed,
  }),
  'M6.account-limit': rule<boolean>({
    refuses: 'verification of PINs or codes after too many failures of an account',
    error: 'PIN_LIMIT',
    source: 'payShield security settings A5, A7; Focardi, Luccio 2010',
    stops: ['pin-exhaustion'],
    holds: allowed,
  }),
  'M6.block-limit': rule<boolean>({
    refuses: 'PIN verification after too many failures of one encrypted PIN block',
    error: 'PIN_LIMIT',
    source: 'Focardi, Luccio 2010',
    stops: ['decimalisation-offset'],
    holds: allowed,
  }),
  'M6.device-limit': rule<boolean>({
    refuses: 'verification of PINs or codes after too many failures at the device',
    error: 'PIN_LIMIT',
    source: 'payShield security settings A5, A7',
    stops: ['pin-spraying'],
    holds: allowed,
  }),
  'M7.account-bound-issuance': rule<{ format: string }>({
    refuses: 'an offset or PVV made from a PIN block that no account is bound into',
    error: 'FORMAT_REFUSED',
    source: 'Clulow 2003; PCI PIN Security Requirements, 3-3',
    stops: ['unbound-issuance'],
    holds: ({ format }) => isAccountBound(format),
  }),
  'M7.issuance-role': rule<boolean>({
    refuses: 'making offsets and PVVs outside the PIN issuance role',
    error: 'ROLE_REFUSED',
    source: 'payShield authorised activities; IBM CCA PIN generation access control',
    stops: ['typed-offset', 'change-pin'],
    holds: allowed,
  }),
  'M8.key-blocks': rule<boolean>({
    refuses: 'a key that travels outside an authenticated key block',
    error: 'KEY_BLOCK_REQUIRED',
    source: 'PCI PIN Security Requirements, 18-3; ANSI X9.143',
    stops: ['type-confusion', 'key-binding', 'weaker-wrap', 'unauthenticated-wrap', 'wrap-decrypt'],
    holds: allowed,
  }),
  'M8.block-of-today': rule<boolean>({
    refuses: 'key blocks of the withdrawn versions A and C, and exportability outside key blocks',
    error: 'HEADER_REFUSED',
    source: 'ANSI X9.143 (versions B and D); ISO 20038 (E); TR-31:2018 on A and C',
    stops: [],
    behind:
      'no attack on key blocks of versions A and C is known; what comes in is sealed as not exportable, so that M13.exportable holds a key that came with exportability S',
    holds: allowed,
  }),
  'M9.one-usage': rule<boolean>({
    refuses: 'a key used for something else than its usage says',
    error: 'TOKEN_INVALID',
    source: 'ANSI X9.24-1; PCI PIN Security Requirements, 19',
    stops: ['unauthenticated-wrap', 'rsa-decrypt-key', 'wrap-decrypt'],
    holds: allowed,
  }),
  'M9.block-of-usage': rule<boolean>({
    refuses: 'a key block that says more than the key may do, and one that says less on import',
    error: 'HEADER_REFUSED',
    source: 'ANSI X9.143, key usage and mode of use',
    stops: ['relabelled-key'],
    holds: allowed,
  }),
  'M10.distinct-shares': rule<Shares>({
    refuses: 'the same share twice',
    error: 'SHARE_REUSED',
    source: 'VSM share-reuse attack; PCI PIN Security Requirements, 12',
    stops: ['share-reuse'],
    holds: ({ shares }) =>
      distinct(shares.map((h) => `${shareOf(h)?.ceremony}/${shareOf(h)?.index}`)),
  }),
  'M10.one-ceremony': rule<Shares>({
    refuses: 'shares of different ceremonies',
    error: 'SHARE_OF_OTHER_CEREMONY',
    source: 'PCI PIN Security Requirements, 12',
    stops: ['share-reuse'],
    holds: ({ shares }) => new Set(shares.map((h) => shareOf(h)?.ceremony)).size === 1,
  }),
  'M10.distinct-custodians': rule<Shares>({
    refuses: 'two shares of one custodian, or fewer than two custodians',
    error: 'CUSTODIAN_REPEATED',
    source: 'PCI PIN Security Requirements, 12; ANSI X9.24-1 dual control',
    stops: ['share-reuse'],
    holds: ({ shares }) => shares.length >= 2 && distinct(shares.map((h) => shareOf(h)?.custodian)),
  }),
  'M10.complete': rule<Shares>({
    refuses: 'fewer or more shares than the ceremony has',
    error: 'SHARES_INCOMPLETE',
    source: 'PCI PIN Security Requirements, 12',
    stops: ['share-reuse'],
    holds: ({ shares }) => shares.every((h) => h.share?.of === shares.length),
  }),
  'M10.unused-shares': rule<boolean>({
    refuses: 'a share that was combined before, or whose ceremony is closed',
    error: 'SHARE_USED',
    source: 'PCI PIN Security Requirements, 12',
    stops: ['dead-ceremony'],
    holds: allowed,
  }),
  'M11.check-value-of-zeros': rule<boolean>({
    refuses: 'a check value over data of the caller, or longer than six digits',
    error: 'CHECK_VALUE_REFUSED',
    source: 'ANSI X9.24-1; Clulow 2003',
    stops: ['check-value', 'unauthenticated-wrap'],
    holds: allowed,
  }),
  'M12.type-bound': rule<boolean>({
    refuses: 'a key of one type in the place of another',
    error: 'TOKEN_INVALID',
    source: 'VSM type-confusion attack (Bond 2001); PCI PIN Security Requirements, 19',
    stops: ['type-confusion'],
    holds: allowed,
  }),
  'M12.no-clear-key': rule<boolean>({
    refuses: 'a key that enters in clear outside a ceremony',
    error: 'CLEAR_KEY_REFUSED',
    source: 'VSM type-confusion attack; PCI PIN Security Requirements, 6 and 12',
    stops: ['type-confusion', 'unauthenticated-wrap'],
    holds: allowed,
  }),
  'M12.no-anonymous-kek': rule<{ usage: UsageName }>({
    refuses: 'a key that wraps others, taken from under a public key: nothing says whose it is',
    error: 'USAGE_REFUSED',
    source: 'Clulow 2003 (trojan wrapped key); PCI PIN Security Requirements, annex A',
    stops: ['rsa-own-key'],
    holds: ({ usage }) => !USAGES[usage].code.startsWith('K'),
  }),
  'M12.no-anonymous-key': rule<{ usage: UsageName }>({
    refuses:
      'a key for PINs, MACs or derivation, taken from under a public key by nobody who signed it',
    error: 'USAGE_REFUSED',
    source: 'PCI PIN Security Requirements, annex A (mutual authentication of key transport)',
    stops: ['rsa-known-key'],
    holds: ({ usage }) => usage === 'DEK' || USAGES[usage].code.startsWith('K'),
  }),
  'M13.no-weak-key': rule<{ weak: boolean }>({
    refuses: 'a zero, weak or semi-weak key, or one with equal halves',
    error: 'KEY_WEAK',
    source: 'NIST SP 800-67, 3.3.2; PCI PIN Security Requirements, 7',
    stops: ['share-reuse', 'key-binding'],
    holds: ({ weak }) => !weak,
  }),
  'M13.no-single-length': rule<{ algorithm: string }>({
    refuses: 'a single-length DES key',
    error: 'KEY_TOO_SHORT',
    source: 'PCI PIN Security Requirements, 2 (annex C)',
    stops: ['key-binding', 'weaker-wrap'],
    holds: ({ algorithm }) => algorithm !== 'D',
  }),
  'M13.strong-wrap': rule<{ wrapping: Measured; wrapped: Measured }>({
    refuses: 'a key wrapped by a weaker one',
    error: 'WRAPPING_KEY_WEAK',
    source: 'PCI PIN Security Requirements, annex C; NIST SP 800-57 part 1; Clulow 2003',
    stops: ['weaker-wrap'],
    holds: ({ wrapping, wrapped }) => strengthBits(wrapping) >= strengthBits(wrapped),
  }),
  'M13.exportable': rule<{ exportability: string }>({
    refuses: 'exporting a key that is not exportable, or under a type that it must not go under',
    error: 'EXPORT_REFUSED',
    source: 'ANSI X9.143, exportability',
    stops: ['unauthenticated-wrap'],
    holds: ({ exportability }) => exportability === 'E',
  }),
  'M13.importable': rule<{ from: KeyType; usage: UsageName }>({
    refuses:
      "a key from under a type that it does not go under: a zone key from under a terminal's",
    error: 'IMPORT_REFUSED',
    source: 'VSM key hierarchy; PCI PIN Security Requirements, 19',
    stops: ['opened-terminal'],
    holds: ({ from, usage }) => {
      const { transport, code }: UsageFacts = USAGES[usage];
      return transport.includes(from) || (from === 'ZCK' && !code.startsWith('K'));
    },
  }),
  'M16.oaep-only': rule<boolean>({
    refuses: 'RSA decryption and unwrapping with PKCS1 v1.5 padding',
    error: 'PADDING_REFUSED',
    source: 'Bleichenbacher 1998; Bardou and others 2012',
    stops: ['rsa-padding'],
    holds: allowed,
  }),
  'M16.long-modulus': rule<{ bits: number }>({
    refuses: 'RSA keys under 2048 bits',
    error: 'KEY_TOO_SHORT',
    source: 'PCI PIN Security Requirements, annex C; NIST SP 800-131A',
    stops: ['short-modulus'],
    holds: ({ bits }) => bits >= 2048,
  }),
  'M17.roles': rule<boolean>({
    refuses: 'a command by an identity that does not have its role',
    error: 'ROLE_REFUSED',
    source: 'PCI HSM logical security; FIPS 140-3, 7.4',
    stops: ['typed-offset', 'rsa-own-key', 'rsa-known-key', 'change-pin', 'own-table'],
    holds: allowed,
  }),
  'M17.dual-control': rule<boolean>({
    refuses: 'a command under dual control by one identity',
    error: 'DUAL_CONTROL_REQUIRED',
    source: 'PCI PIN Security Requirements, 12; ANSI X9.24-1',
    stops: ['lone-officer'],
    holds: allowed,
  }),
  'M17.no-plug-ins': rule<boolean>({
    refuses: 'commands that the maker did not declare, unless the host allowed plug-ins',
    error: 'COMMAND_REFUSED',
    source: 'FIPS 140-3, 7.4 (approved services)',
    stops: ['plug-in'],
    holds: allowed,
  }),
} as const;

export type RuleId = keyof typeof RULES;
export const RULE_IDS = Object.keys(RULES) as RuleId[];
export type RuleFacts<R extends RuleId> = (typeof RULES)[R] extends Rule<infer F> ? F : never;
