/** What a device's refusals mean to whoever sits at its console. */
import { COMMON_ERRORS } from '@pinfold/hsm';

const WORDS: Readonly<Record<string, string>> = {
  ...COMMON_ERRORS,
  LOGIN_REFUSED: 'nobody of that name with that passphrase; the next try is delayed',
  LOGIN_DELAYED: 'too early after a wrong passphrase: wait, and try again',
  LOGIN_LOCKED: 'five wrong passphrases: locked for a quarter of an hour after the last',
  LOGIN_LIMIT: 'too many wrong passphrases at this device: one every two seconds from now on',
  ROLE_REFUSED: 'nobody who is named has a role for this',
  DUAL_CONTROL_REQUIRED: 'two different people with the role are needed: name both with --as',
  PASSPHRASE_WEAK:
    'a passphrase has 8 characters or more, 5 of them different, and is none that people take first',
  USER_EXISTS: 'there is somebody of that name',
  USER_UNKNOWN: 'there is nobody of that name',
  USER_NEEDED: 'two officers stay: with one nobody could be added again',
  SHARES_INCOMPLETE: 'too few shares, or not of one key or backup',
  SHARE_USED: 'the ceremony is closed: its shares are worthless',
  SHARE_REUSED: 'the same share twice',
  SHARE_OF_OTHER_CEREMONY: 'shares of different ceremonies',
  CUSTODIAN_REPEATED: 'not one of the custodians of this key, or one who has contributed already',
  CEREMONY_UNKNOWN: 'no open ceremony of that number',
  COMPONENT_LENGTH: 'the component has another length than the key',
  KEY_WEAK: 'the result would be a weak key: zero, equal halves, or components that cancel',
  NO_OLD_KEYS: 'no change of master keys is under way',
  NO_CEREMONY: 'no ceremony of master keys is under way',
  TABLE_UNKNOWN: 'no table of that id is registered',
};

/** One line: what was refused, in words, its code and its rule. */
export function refusalLine(what: string, { code, rule }: { code: string; rule?: string }): string {
  const words = Object.hasOwn(WORDS, code) ? `${WORDS[code]} ` : '';
  const named = rule === undefined ? code : `${code}, rule ${rule}`;
  return `the device refused ${what}: ${words}(${named})`;
}
