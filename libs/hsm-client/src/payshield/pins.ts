/**
 * PINs verified (DC, EC: Visa PVV; DA, EA: IBM 3624), and verification records made of PIN blocks: the
 * PIN goes under the LMK (JC, JE), and of that PVV (DG) or offset (DE) are made.
 */
import { done, type Input, refusal } from '@pinfold/hsm';
import { account12, accountFor, blockFor } from './pin-fields.js';
import { ask, keyOf, type Step, type World } from './question.js';
import { LONGEST_PIN } from './translate-pin-block.js';
import { openRecord, sealRecord, validationDataFor } from './verification-record.js';

/** The offset is made for the first digits of a PIN alone: a host command does not say how many it has. */
const CHECK_LENGTH = '04';

const NO_RECORD = refusal('RECORD_INVALID', 'M2.authenticated-record');
const NO_TABLE = refusal('TABLE_INACTIVE');
const NO_PVKI = refusal('INPUT_INVALID');

export function verifyPin(o: Input<'VerifyPin'>, world: World): Step {
  const { scheme, records, decimalisationTable } = world;
  const key = keyOf(o.key, scheme, 'TPK', 'ZPK');
  if (!key.ok) return key;
  const pvk = keyOf(o.pvk, scheme, 'PVK');
  if (!pvk.ok) return pvk;
  const block = blockFor(key.value, o);
  if (!block.ok) return block;
  const record = openRecord(records, o.pan, o.record);
  if (record === undefined) return NO_RECORD;
  const terminal = key.value.role === 'TPK';
  const fields = {
    pinKey: key.value.key,
    pvk: pvk.value.key,
    ...block.value,
    account: accountFor(o.pan, block.value.format),
  };
  if (record.method === 'visa-pvv') {
    const { pvki, pvv } = record;
    return ask(terminal ? 'DC' : 'EC', { ...fields, pvki, pvv }, () => done({}));
  }
  if (decimalisationTable === undefined) return NO_TABLE;
  const { checkLength, validationData, offset } = record;
  const ibm = { checkLength, validationData, offset, decimalisationTable };
  const whole = { ...fields, ...ibm, maxPinLength: LONGEST_PIN };
  return ask(terminal ? 'DA' : 'EA', whole, () => done({}));
}

export function createVerificationRecord(o: Input<'CreateVerificationRecord'>, world: World): Step {
  const { scheme } = world;
  const key = keyOf(o.key, scheme, 'TPK', 'ZPK');
  if (!key.ok) return key;
  const pvk = keyOf(o.pvk, scheme, 'PVK');
  if (!pvk.ok) return pvk;
  const block = blockFor(key.value, o);
  if (!block.ok) return block;
  if (o.method === 'visa-pvv' && o.pvki === undefined) return NO_PVKI;
  if (o.method === 'ibm3624' && world.decimalisationTable === undefined) return NO_TABLE;
  const fields = {
    source: key.value.key,
    ...block.value,
    account: accountFor(o.pan, block.value.format),
  };
  const under = { pan: o.pan, pvki: o.pvki, pvk: pvk.value.key };
  const next = o.method === 'visa-pvv' ? pvvOf : offsetOf;
  return ask(key.value.role === 'TPK' ? 'JC' : 'JE', fields, ({ pin }) =>
    next({ ...under, pin }, world),
  );
}

/** A PIN under the LMK, and what its record is made with. */
interface StoredPin {
  readonly pan: string;
  readonly pvk: string;
  readonly pvki?: string;
  readonly pin: string;
}

function pvvOf({ pan, pvk, pin, pvki = '' }: StoredPin, { records }: World): Step {
  return ask('DG', { pvk, pin, account: account12(pan), pvki }, ({ pvv }) =>
    done({ record: sealRecord(records, pan, { method: 'visa-pvv', pvki, pvv }) }),
  );
}

function offsetOf({ pan, pvk, pin }: StoredPin, world: World): Step {
  const validationData = validationDataFor(pan);
  const ibm = { checkLength: CHECK_LENGTH, validationData };
  const fields = { pvk, pin, account: account12(pan), ...ibm };
  const decimalisationTable = world.decimalisationTable ?? '';
  return ask('DE', { ...fields, decimalisationTable }, ({ offset }) =>
    done({ record: sealRecord(world.records, pan, { method: 'ibm3624', ...ibm, offset }) }),
  );
}
