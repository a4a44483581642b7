import type { PinBlockFormat } from '@pinfold/pin';
import type { Core } from '../../core.js';
import { dataCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { type Refusal, refusal } from '../../outcome.js';
import { fitsFormat } from '../../pin/extract.js';
import { type PinCase, verifyMany, verifyOne } from '../../pin/verification.js';
import { parameterHi, parameterLo } from '../../pin/verify.js';
import { PIN_KEY, pan, pinBlock, pinFormat, record, VERIFICATION_KEY } from '../fields.js';

const BLOCK_KEY = readySlot({ ...PIN_KEY, part: 'key' });
const PVK_SLOT = readySlot({ ...VERIFICATION_KEY, part: 'key' });
const INVALID_TOKEN = refusal('TOKEN_INVALID');
const INVALID_RECORD = refusal('RECORD_INVALID', 'M2.authenticated-record');
const INACTIVE_TABLE = refusal('TABLE_INACTIVE');
const INVALID_FORMAT = refusal('FORMAT_REFUSED');

interface Input {
  pinBlock: Uint8Array;
  pan: string;
  key: string;
  format: PinBlockFormat;
  pvk: string;
  record: string;
}

function prepare(core: Core, input: Input): PinCase | Refusal {
  const key = core.keys.open(input.key, BLOCK_KEY);
  const pvk = core.keys.open(input.pvk, PVK_SLOT);
  if (key === undefined || pvk?.des === undefined) return INVALID_TOKEN;
  if (!fitsFormat(key, input.format, input.pinBlock.length)) return INVALID_FORMAT;
  const opened = core.records.open(input.record, input.pan, pvk);
  if (opened === undefined) return INVALID_RECORD;
  const ibm = opened.method === 'ibm3624';
  if (core.policy.on['M9.one-usage'] && pvk.header.usage !== (ibm ? 'PGK' : 'PVK')) {
    return INVALID_TOKEN;
  }
  const table = ibm ? core.tables.active(opened.tableId) : undefined;
  if (ibm && table === undefined) return INACTIVE_TABLE;
  const limited = core.limits.check(input.pan, input.pinBlock, core.now);
  if (limited !== undefined) return limited;
  return {
    key,
    pvk: pvk.des,
    record: opened,
    table,
    parameterHi: parameterHi(opened, input.pan),
    parameterLo: parameterLo(opened, input.pan),
  };
}

export const verifyPin = dataCommand({
  name: 'VerifyPin',
  group: 'pins',
  title: 'verifies a PIN against an authenticated verification record (Visa PVV or IBM 3624)',
  source: 'Visa PVV; IBM 3624; record as in IBM DK PRW',
  roles: ['production'],
  input: {
    pinBlock: pinBlock(),
    pan: pan(),
    key: token('TPK or ZPK of the PIN block', PIN_KEY),
    format: pinFormat(),
    pvk: token('PVK or PGK', VERIFICATION_KEY),
    record: record(),
  },
  output: {},
  errors: [
    'TOKEN_INVALID',
    'FORMAT_REFUSED',
    'RECORD_INVALID',
    'TABLE_INACTIVE',
    'PIN_LIMIT',
    'PIN_BLOCK_INVALID',
    'PIN_LENGTH_INVALID',
    'PIN_DIGITS_INVALID',
    'PIN_WRONG',
  ],
  verdicts: ['PIN_WRONG', 'PIN_BLOCK_INVALID', 'PIN_LENGTH_INVALID', 'PIN_DIGITS_INVALID'],
  rules: [
    'M12.type-bound',
    'M9.one-usage',
    'M2.authenticated-record',
    'M6.account-limit',
    'M6.block-limit',
    'M6.device-limit',
    'M4.one-answer',
    'M5.no-digit-check',
  ],
  run: (core, input) => verifyOne(core, input, prepare),
  runMany: (core, jobs) => verifyMany(core, jobs, prepare),
});
