/** Makes the verification record of a PIN: PVV or offset, then the authenticated record. */
import type { DesKey } from '@pinfold/crypto';
import { offsetOfPin, pvv } from '@pinfold/pin';
import type { Core } from '../core.js';
import type { ClearKey } from '../keys/clear-key.js';
import { done, type Outcome, refusal } from '../outcome.js';
import type { Method } from './verification-record.js';
import { validationData } from './verify.js';

export interface RecordPlan {
  readonly pan: string;
  readonly method: Method;
  readonly pvk: ClearKey;
  readonly pvki?: string;
  readonly tableId?: string;
}

/** Refuses TOKEN_INVALID (key of the other method), INPUT_INVALID (member of the method missing), TABLE_INACTIVE. */
export function recordOfPin(
  core: Core,
  plan: RecordPlan,
  pin: string,
): Outcome<{ record: string }> {
  const { pan, method, pvk } = plan;
  const wanted = method === 'visa-pvv' ? 'PVK' : 'PGK';
  const misused = core.policy.on['M9.one-usage'] && pvk.header.usage !== wanted;
  if (misused || pvk.des === undefined) return refusal('TOKEN_INVALID');
  if (method === 'visa-pvv') {
    const { pvki } = plan;
    if (pvki === undefined) return refusal('INPUT_INVALID');
    const value = pvv({ pvk: pvk.des as DesKey, pvki, pan, pin });
    const facts = { method, pvki: Number(pvki), pinLength: pin.length, value, tableId: '' };
    return done({ record: core.records.seal(facts, pan, pvk) });
  }
  const { tableId } = plan;
  if (tableId === undefined) return refusal('INPUT_INVALID');
  const table = core.tables.active(tableId);
  if (table === undefined) return refusal('TABLE_INACTIVE');
  const value = offsetOfPin({
    pvk: pvk.des as DesKey,
    decimalisationTable: table,
    validationData: validationData(pan),
    pin,
  });
  const facts = { method, pvki: 0, pinLength: pin.length, value, tableId };
  return done({ record: core.records.seal(facts, pan, pvk) });
}
