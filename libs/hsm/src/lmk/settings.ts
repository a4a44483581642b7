/**
 * Security settings of the host device, as a real device's console has them: what each refuses and the
 * reply code of the refusal. `hardened` has all of them on, `legacy` the need for authorisation alone
 * (and starts authorised); each can be switched off by its name.
 */
import type { ReplyCode } from './refusal.js';

export interface SecuritySetting {
  readonly refuses: string;
  readonly error: ReplyCode;
  readonly source: string;
}

export const SECURITY_SETTINGS = {
  'encrypted-decimalisation-tables': {
    refuses: 'decimalisation tables in clear; commands take the enciphered form that ED makes',
    error: '25',
    source: 'payShield security setting "Decimalization tables: encrypted"',
  },
  'decimalisation-table-check': {
    refuses: 'tables with fewer than 8 distinct digits, or one digit more than 4 times',
    error: '25',
    source: 'payShield security setting "Enable decimalization table checks"',
  },
  'no-single-length-keys': {
    refuses: 'single-length DES keys',
    error: '27',
    source: 'payShield security setting "Enable Single-DES: NO"',
  },
  'no-single-as-double': {
    refuses: 'double- and triple-length keys with equal parts',
    error: '75',
    source: 'payShield security setting "Single/double length key: not allowed"',
  },
  'pin-block-translation': {
    refuses: 'translations that PCI PIN requirement 3-3 does not allow',
    error: '69',
    source: 'PCI PIN v3.1 requirement 3-3; payShield "Restrict PIN block usage for PCI HSM"',
  },
  'key-block-exchange': {
    refuses: 'import and export of keys outside key blocks (schemes Z, U, T, X, Y)',
    error: '26',
    source: 'PCI PIN 18-3; payShield "Key export and import in trusted format only"',
  },
  'six-digit-check-values': {
    refuses: 'nothing: check values of 16 digits are cut to 6 and filled with zeros',
    error: '00',
    source: 'payShield security setting "Restrict key check values to 6 hex chars"',
  },
  'no-weak-pins': {
    refuses: 'PINs of the excluded list (repeated digit, runs, favourites)',
    error: '86',
    source: 'payShield excluded PIN table; ISO 9564-1 clause 7',
  },
  'no-weaker-wrapping-key': {
    refuses: 'keys under a ZMK or TMK that is weaker than they are',
    error: 'A5',
    source: 'PCI PIN annex C; ISO 11568-2',
  },
  'oaep-only': {
    refuses: 'PKCS#1 v1.5 in the encipherment of keys (GI, GK)',
    error: '29',
    source: 'RFC 8017 section 7.2; Bardou and others 2012',
  },
  'long-rsa-keys': {
    refuses: 'RSA keys shorter than 2048 bits',
    error: '76',
    source: 'NIST SP 800-131A',
  },
  'no-anonymous-wrapping-keys': {
    refuses: 'wrapping keys (ZMK, TMK blocks) imported under a public key, which anybody can seal',
    error: '29',
    source: 'PCI PIN 18-3 and annex A',
  },
  'authorisation-needed': {
    refuses:
      'clear PINs (BA, NG), ZMKs of components (GE, GG), new tables (ED), RSA key pairs and public keys (EI, EO) and QK until two officers authorise; a legacy device starts authorised, and RA ends that too',
    error: '17',
    source: 'payShield authorised state',
  },
  'no-short-macs': {
    refuses: 'MACs of 8 digits in M6 and M8',
    error: '04',
    source: 'PCI HSM; "Ensure MAC length"',
  },
} as const satisfies Record<string, SecuritySetting>;

export type SettingName = keyof typeof SECURITY_SETTINGS;

export type HostMode = 'legacy' | 'hardened';

/** What a legacy device has on: it starts authorised, and RA ends that. */
const LEGACY: readonly SettingName[] = ['authorisation-needed'];

export const SETTING_NAMES = Object.keys(SECURITY_SETTINGS) as SettingName[];

/** The settings in force: a mode, less what is switched off by name. */
export function settingsOf(
  mode: HostMode,
  without: readonly SettingName[] = [],
): ReadonlySet<SettingName> {
  const names = mode === 'hardened' ? SETTING_NAMES : LEGACY;
  return new Set(names.filter((name) => !without.includes(name)));
}
