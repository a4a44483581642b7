/**
 * A customer's own command, from outside the library: a voucher's number gets an eight-digit code, and
 * a second command verifies it, within the limits that card codes have. Everything comes from the public
 * door of `@pinfold/hsm`; the declaration is the one that the device's own commands have, so input checks,
 * roles, life cycle, sessions and the audit chain hold here too.
 *
 *   const device = Device.create({ …, plugIns: voucherCodes, policy: { plugIns: true } });
 *   device.executePlugIn(session, 'MakeVoucherCode', { key, voucher: '1234567890123456' });
 *
 * From then on the device's status names the commands and says that it is outside its approved set.
 */
import { cmac, equalConstantTime, iso9797Mac } from '@pinfold/crypto';
import {
  type AnyCommand,
  type Core,
  dataCommand,
  digits,
  done,
  type Outcome,
  readySlot,
  refusal,
  token,
} from '@pinfold/hsm';

/** A terminal's MAC key stands for the key of the vouchers. */
const VOUCHER_KEY = { types: ['TCK'], usages: ['TAK'] } as const;
const SLOT = readySlot({ ...VOUCHER_KEY, part: 'key' });
const CODE_DIGITS = 8;

const members = {
  key: token('TAK that makes the codes', VOUCHER_KEY),
  voucher: digits('number of the voucher', { length: 16 }),
};

/** The code: the MAC's first six bytes as a number, its last eight digits. */
function codeOf(core: Core, { key, voucher }: { key: string; voucher: string }): Outcome<string> {
  const held = core.keys.open(key, SLOT);
  if (held === undefined) return refusal('TOKEN_INVALID');
  const data = new TextEncoder().encode(`voucher ${voucher}`);
  const mac =
    held.aes === undefined
      ? iso9797Mac({ algorithm: 3, padding: 1, key: held.des!, data })
      : cmac(held.aes, data);
  const number = mac.subarray(0, 6).reduce((sum, byte) => sum * 256 + byte, 0);
  return done(String(number % 10 ** CODE_DIGITS).padStart(CODE_DIGITS, '0'));
}

const makeVoucherCode = dataCommand({
  name: 'MakeVoucherCode',
  group: 'plugIns',
  title: 'makes the code of a voucher',
  source: "the customer's own scheme",
  roles: ['pinIssuance'],
  input: members,
  output: { code: digits('code', { length: CODE_DIGITS }) },
  errors: ['TOKEN_INVALID'],
  rules: ['M12.type-bound', 'M9.one-usage'],
  run(core, input) {
    const made = codeOf(core, input);
    return made.ok ? done({ code: made.value }) : made;
  },
});

const verifyVoucherCode = dataCommand({
  name: 'VerifyVoucherCode',
  group: 'plugIns',
  title: 'verifies the code of a voucher',
  source: "the customer's own scheme",
  roles: ['production'],
  input: { ...members, code: digits('code', { length: CODE_DIGITS }) },
  output: {},
  errors: ['TOKEN_INVALID', 'CODE_LIMIT', 'CODE_WRONG'],
  verdicts: ['CODE_WRONG'],
  rules: ['M12.type-bound', 'M9.one-usage', 'M6.account-limit', 'M6.device-limit'],
  run(core, input) {
    const made = codeOf(core, input);
    if (!made.ok) return made;
    const limited = core.codeLimits.check(input.voucher, core.now);
    if (limited !== undefined) return limited;
    if (equalConstantTime(Buffer.from(made.value), Buffer.from(input.code))) return done({});
    core.codeLimits.failed(input.voucher, core.now);
    return refusal('CODE_WRONG');
  },
});

export const voucherCodes: readonly AnyCommand[] = [
  makeVoucherCode as unknown as AnyCommand,
  verifyVoucherCode as unknown as AnyCommand,
];
