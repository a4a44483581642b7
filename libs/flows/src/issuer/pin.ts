/**
 * The question to the device about a PIN, and what its answer means. Where the PIN block stands
 * depends on its format: DE 52 for 8 bytes (ISO format 0), DE 63 for 16 (ISO format 4).
 */
import type { HsmAnswer, HsmJob } from '@pinfold/hsm-client';
import { bytesOf, type IsoMessage } from '@pinfold/iso8583';
import type { KeyRing } from '../node/keys.js';
import { decodeSecurityInfo } from '../node/security-info.js';
import type { PinOutcome } from './rules.js';
import type { IssuerSettings } from './settings.js';

const BLOCK_FIELD = { iso0: 52, iso4: 63 } as const;

/** What the device answers when it refuses. Anything else is its own trouble: `silent`. */
const OUTCOMES: Readonly<Record<string, PinOutcome>> = {
  PIN_WRONG: 'wrong',
  /** Looks like a wrong PIN to the caller and counts as one: a bad block must not be a free try. */
  PIN_BLOCK_INVALID: 'wrong',
  PIN_LIMIT: 'limited',
};

/** The job, or the outcome when there is nothing to ask. */
export function pinJob(
  message: IsoMessage,
  o: { pan: string; record: string; ring: KeyRing; settings: IssuerSettings },
): HsmJob | PinOutcome {
  const security = decodeSecurityInfo(message.fields[53]);
  if (security === undefined || security.format === 'none') return 'missing';
  const { format, pinKeyVersion } = security;
  const pinBlock = bytesOf(message, BLOCK_FIELD[format]);
  if (pinBlock === undefined) return 'missing';
  const key = o.ring.at(o.settings.link, 'ZPK', pinKeyVersion)?.token;
  if (key === undefined) return 'key-unknown';
  const { pan, record } = o;
  const { pvk } = o.settings;
  return { command: 'VerifyPin', input: { pinBlock, pan, key, format, pvk, record } };
}

export function pinOutcome(answer: HsmAnswer): PinOutcome {
  return answer.ok ? 'right' : (OUTCOMES[answer.code] ?? 'silent');
}
