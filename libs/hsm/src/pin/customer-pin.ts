/** A PIN that a customer chose, out of a PIN block: policy first, then the PIN itself. */
import { isAcceptablePin } from '@pinfold/pin';
import type { Core } from '../core.js';
import type { ClearKey } from '../keys/clear-key.js';
import { done, type Outcome, refusal } from '../outcome.js';
import { pinText } from './build.js';
import { extractPin, fitsFormat, PinField } from './extract.js';

interface Block {
  readonly format: string;
  readonly pinBlock: Uint8Array;
  readonly pan: string;
}

/**
 * Reads a secret: the PIN as text. Refuses FORMAT_REFUSED (key and block do not go with the format,
 * or rule M7: a format without account), PIN_BLOCK_INVALID.
 */
export function pinInBlock(core: Core, key: ClearKey, block: Block): Outcome<string> {
  if (!fitsFormat(key, block.format, block.pinBlock.length)) return refusal('FORMAT_REFUSED');
  const bound = core.policy.judge('M7.account-bound-issuance', { format: block.format });
  if (bound !== undefined) return bound;
  const field = new PinField();
  extractPin(core.policy, key, block, field);
  const pin = field.length === 0 ? '' : pinText(field);
  field.wipe();
  return /^\d{4,12}$/.test(pin) ? done(pin) : refusal('PIN_BLOCK_INVALID');
}

/** The same, and PIN_WEAK for a PIN that people guess first. */
export function chosenPin(core: Core, key: ClearKey, block: Block): Outcome<string> {
  const pin = pinInBlock(core, key, block);
  return pin.ok && !isAcceptablePin(pin.value) ? refusal('PIN_WEAK') : pin;
}
