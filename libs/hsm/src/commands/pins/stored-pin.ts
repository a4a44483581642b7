/** Verification against a stored PIN (under PMK): what verifying and changing share. */
import { equalConstantTime } from '@pinfold/crypto';
import type { Core } from '../../core.js';
import { token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { done, type Outcome, refusal } from '../../outcome.js';
import { pinText } from '../../pin/build.js';
import { extractPin, fitsFormat, PinField } from '../../pin/extract.js';
import { openPin, PIN_TOKEN } from '../../pin/pin-token.js';
import { PIN_KEY, pan, pinBlock, pinFormat } from '../fields.js';

export const BLOCK_KEY = readySlot({ ...PIN_KEY, part: 'key' });

export const storedPinMembers = {
  storedPin: token('PIN under PMK, of this account', PIN_TOKEN),
  pinBlock: pinBlock(),
  pan: pan(),
  key: token('TPK or ZPK of the PIN block', PIN_KEY),
  format: pinFormat(),
};

interface Asked {
  readonly storedPin: string;
  readonly pinBlock: Uint8Array;
  readonly pan: string;
  readonly key: string;
  readonly format: string;
}

/** What `judgeStoredPin` answers beside a right PIN, in order. */
export const STORED_PIN_ERRORS = [
  'TOKEN_INVALID',
  'FORMAT_REFUSED',
  'PIN_LIMIT',
  'PIN_BLOCK_INVALID',
  'PIN_LENGTH_INVALID',
  'PIN_DIGITS_INVALID',
  'PIN_WRONG',
] as const;
export const STORED_PIN_VERDICTS = [
  'PIN_BLOCK_INVALID',
  'PIN_LENGTH_INVALID',
  'PIN_DIGITS_INVALID',
  'PIN_WRONG',
] as const;
export const STORED_PIN_RULES = [
  'M12.type-bound',
  'M9.one-usage',
  'M6.account-limit',
  'M6.block-limit',
  'M6.device-limit',
  'M4.one-answer',
  'M5.no-digit-check',
] as const;

/** Whether the PIN of the block is the stored one; failures count towards the limits of rule M6. */
export function judgeStoredPin(core: Core, asked: Asked): Outcome<Record<never, never>> {
  const { pan: account, pinBlock: block, format } = asked;
  const key = core.keys.open(asked.key, BLOCK_KEY);
  const stored = openPin(core, asked.storedPin, account);
  if (key === undefined || stored === undefined) return refusal('TOKEN_INVALID');
  if (!fitsFormat(key, format, block.length)) return refusal('FORMAT_REFUSED');
  const limited = core.limits.check(account, block, core.now);
  if (limited !== undefined) return limited;
  const field = new PinField();
  extractPin(core.policy, key, asked, field);
  const right = equalConstantTime(places(field.length === 0 ? '' : pinText(field)), places(stored));
  const { why } = field;
  const bad = field.length === 0;
  field.wipe();
  if (right && !bad) return done({});
  core.limits.failed(account, block, core.now);
  return bad ? why! : refusal('PIN_WRONG');
}

/** Twelve places whatever the PIN's length, so that the comparison takes the same time. */
function places(pin: string): Uint8Array {
  return Uint8Array.from(Buffer.from(pin.padEnd(12, '-'), 'latin1'));
}
