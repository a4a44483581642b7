import { nibblesText, pinOfOffset } from '@pinfold/pin';
import { dataCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { done, refusal } from '../../outcome.js';
import { PIN_TOKEN, sealPin } from '../../pin/pin-token.js';
import { validationData } from '../../pin/verify.js';
import { OFFSET_KEY, pan, record } from '../fields.js';

const PGK_SLOT = readySlot({ ...OFFSET_KEY, part: 'key' });

export const recoverPin = dataCommand({
  name: 'RecoverPin',
  group: 'pins',
  title: 'makes the PIN of an IBM 3624 record again, as a stored PIN: for a reminder by mailer',
  source: 'IBM 3624 (PIN from natural PIN and offset); payShield EE',
  roles: ['pinIssuance'],
  input: { pan: pan(), pvk: token('PGK', OFFSET_KEY), record: record() },
  output: { storedPin: token('PIN under PMK', PIN_TOKEN) },
  errors: ['TOKEN_INVALID', 'RECORD_INVALID', 'METHOD_REFUSED', 'TABLE_INACTIVE'],
  rules: ['M7.issuance-role', 'M12.type-bound', 'M9.one-usage', 'M2.authenticated-record'],
  run(core, { pan: account, pvk: token_, record: text }) {
    const pvk = core.keys.open(token_, PGK_SLOT);
    if (pvk?.des === undefined) return refusal('TOKEN_INVALID');
    const opened = core.records.open(text, account, pvk);
    if (opened === undefined) return refusal('RECORD_INVALID', 'M2.authenticated-record');
    // A PVV is a hash of the PIN: there is no way back.
    if (opened.method !== 'ibm3624') return refusal('METHOD_REFUSED');
    const table = core.tables.active(opened.tableId);
    if (table === undefined) return refusal('TABLE_INACTIVE');
    const pin = pinOfOffset({
      pvk: pvk.des,
      decimalisationTable: table,
      validationData: validationData(account),
      offset: nibblesText(opened.valueHi, opened.valueLo, 0, opened.pinLength),
    });
    return done({ storedPin: sealPin(core, pin, account) });
  },
});
