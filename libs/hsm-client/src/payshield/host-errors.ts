/**
 * Error codes of payShield replies as outcomes of the device, in one table: what the network already
 * understands. The meanings are those of `HOST_ERRORS` (libs/keyblock: public codecs) and of the HSM
 * 8000 reference for the command.
 *
 * What is no verdict about the data keeps the payShield's own code as its rule, `payshield.68`, for
 * whoever has to find out why.
 */
import { type CommandName, type Refusal, refusal } from '@pinfold/hsm';

/** The payShield's settings, licence or authorised state refuse: nothing in the request is wrong. */
export const SETTINGS_REFUSE = 'PAYSHIELD_REFUSES';
/** A code that is not expected of a command, or a reply that cannot be read. */
export const REPLY_UNEXPECTED = 'PAYSHIELD_REPLY_UNEXPECTED';

interface HostErrorRow {
  readonly codes: readonly string[];
  readonly outcome: string;
  /** Where a command means something else by it. */
  readonly of?: Readonly<Partial<Record<CommandName, string>>>;
  /** About a PIN or a MAC: it must look alike, whatever the code was. */
  readonly verdict?: true;
  readonly why: string;
}

export const HOST_ERROR_ROWS: readonly HostErrorRow[] = [
  {
    codes: ['01'],
    outcome: REPLY_UNEXPECTED,
    of: { VerifyMac: 'MAC_INVALID', VerifyPin: 'PIN_WRONG' },
    verdict: true,
    why: 'verification failure (M8; DA, DC, EA, EC)',
  },
  {
    codes: ['20', '24', '81'],
    outcome: 'PIN_BLOCK_INVALID',
    verdict: true,
    why: 'PIN block without valid values, or a PIN of a length that cannot be right',
  },
  { codes: ['23'], outcome: 'FORMAT_REFUSED', why: 'PIN block format that the key cannot have' },
  { codes: ['69'], outcome: 'TRANSLATION_REFUSED', why: 'PIN block format disabled' },
  {
    codes: ['10', '11', '04', '28', 'A1', 'A2', 'A3'],
    outcome: 'TOKEN_INVALID',
    why: 'key parity, key type, or another LMK: no key of this payShield for this place',
  },
  {
    codes: ['A4', 'A6', 'A7', 'A8', 'A9', 'AA', 'AB', '83', '84'],
    outcome: 'TOKEN_INVALID',
    of: { ImportKey: 'KEY_BLOCK_INVALID' },
    why: 'key block: authentication, usage, algorithm, mode of use, version, form',
  },
  {
    codes: ['29'],
    outcome: SETTINGS_REFUSE,
    of: { ExportKey: 'EXPORT_REFUSED', ImportKey: 'IMPORT_REFUSED' },
    why: 'key function not permitted: exportability',
  },
  {
    codes: ['A5'],
    outcome: 'WRAPPING_KEY_WEAK',
    why: 'a key under one that is weaker than it is',
  },
  {
    codes: ['27', '75'],
    outcome: SETTINGS_REFUSE,
    of: { ImportKey: 'KEY_TOO_SHORT' },
    why: 'single-length keys, or double-length ones with equal halves',
  },
  {
    codes: ['25'],
    outcome: 'TABLE_INACTIVE',
    why: 'decimalisation table: not one of this LMK, in clear, or not even enough',
  },
  {
    codes: ['15', '17', '26', '47', '67', '68', '86'],
    outcome: SETTINGS_REFUSE,
    why: 'fields of another device version or PIN length, not authorised, scheme, licence, command disabled, excluded PIN',
  },
];

/** Codes that say that this payShield did nothing because it cannot work: another one may. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  '13': 'HOST_13',
  '41': 'HOST_41',
  '42': 'HOST_42',
};

const BY_CODE = new Map(HOST_ERROR_ROWS.flatMap((row) => row.codes.map((code) => [code, row])));

/** What a command of the device answers where the payShield answered so. */
export function outcomeOf(code: string, command: CommandName): Refusal {
  const row = BY_CODE.get(code);
  const rule = /^[0-9A-Z]{2}$/.test(code) ? `payshield.${code}` : undefined;
  if (row === undefined) return refusal(REPLY_UNEXPECTED, rule);
  const outcome = row.of?.[command] ?? row.outcome;
  return row.verdict === true ? refusal(outcome) : refusal(outcome, rule);
}
