import type { PinBlockFormat } from '@pinfold/pin';
import type { Core } from '../../core.js';
import { dataCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { USAGES } from '../../keys/usages.js';
import { type Refusal, refusal } from '../../outcome.js';
import { fitsFormat } from '../../pin/extract.js';
import { isPan, isPinBlock, isPinFormat, isRecord, isToken } from '../../pin/input-checks.js';
import { type PinCase, PinVerification } from '../../pin/verification.js';
import { PIN_KEY, pan, pinBlock, pinFormat, record, VERIFICATION_KEY } from '../fields.js';

const FIELDS = {
  pinBlock: pinBlock(),
  pan: pan(),
  key: token('TPK or ZPK of the PIN block', PIN_KEY),
  format: pinFormat(),
  pvk: token('PVK or PGK', VERIFICATION_KEY),
  record: record(),
};
const BLOCK_KEY = readySlot({ ...PIN_KEY, part: 'key' });
const PVK_SLOT = readySlot({ ...VERIFICATION_KEY, part: 'key' });
const VISA_USAGE = 1 << USAGES.PVK.id;
const IBM_USAGE = 1 << USAGES.PGK.id;
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

function accepts(input: unknown): boolean {
  if (typeof input !== 'object' || input === null) return false;
  const it = input as Partial<Record<keyof typeof FIELDS, unknown>>;
  return (
    isPinBlock(it.pinBlock) &&
    isPan(it.pan) &&
    isToken(it.key) &&
    isPinFormat(it.format) &&
    isToken(it.pvk) &&
    isRecord(it.record)
  );
}

function prepare(core: Core, input: Input, into: PinCase): Refusal | undefined {
  const key = core.keys.open(input.key, BLOCK_KEY);
  const pvk = core.keys.open(input.pvk, PVK_SLOT);
  if (key === undefined || pvk?.des === undefined) return INVALID_TOKEN;
  if (!fitsFormat(key, input.format, input.pinBlock.length)) return INVALID_FORMAT;
  const opened = core.records.open(input.record, input.pan, pvk);
  if (opened === undefined) return INVALID_RECORD;
  const ibm = opened.method === 'ibm3624';
  const wanted = ibm ? IBM_USAGE : VISA_USAGE;
  if (pvk.usageBit !== wanted && core.policy.on['M9.one-usage']) return INVALID_TOKEN;
  const table = ibm ? core.tables.active(opened.tableId) : undefined;
  if (ibm && table === undefined) return INACTIVE_TABLE;
  const limited = core.limits.check(input.pan, input.pinBlock, core.now);
  if (limited !== undefined) return limited;
  into.key = key;
  into.pvk = pvk.des;
  into.record = opened;
  into.table = table;
  return undefined;
}

const verification = new PinVerification(prepare);

export const verifyPin = dataCommand({
  name: 'VerifyPin',
  group: 'pins',
  title: 'verifies a PIN against an authenticated verification record (Visa PVV or IBM 3624)',
  source: 'Visa PVV; IBM 3624; record as in IBM DK PRW',
  roles: ['production'],
  input: FIELDS,
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
  accepts,
  run: (core, input) => verification.run(core, input),
  batch: verification,
});
