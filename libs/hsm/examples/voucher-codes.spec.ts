/** The example of a customer's own commands, through the public door alone. */
import { randomBytes } from 'node:crypto';
import { Device, type DeviceOptions, type Role } from '@pinfold/hsm';
import { voucherCodes } from './voucher-codes.js';

const lines: string[] = [];
function setUp(options: Partial<DeviceOptions> = {}) {
  lines.length = 0;
  const device = Device.create({
    random: (length) => Uint8Array.from(randomBytes(length)),
    clock: { now: () => Date.UTC(2026, 0, 1) },
    audit: (line) => lines.push(line),
    demo: true,
    plugIns: voucherCodes,
    policy: { plugIns: true },
    ...options,
  });
  const as = (role: Role) => device.session({ name: role, role });
  const made = device.execute(as('production'), 'GenerateWorkingKey', { usage: 'TAK' });
  const key = made.ok ? made.value.key : '';
  const status = () => device.execute(as('auditor'), 'Status', {});
  return { device, as, key, status };
}
const voucher = '1234567890123456';

it('runs, and is checked like any other command', () => {
  const { device, as, key } = setUp();
  const ask = (role: Role, name: string, input: unknown) =>
    device.executePlugIn(as(role), name, input);
  const made = ask('pinIssuance', 'MakeVoucherCode', { key, voucher });
  expect(made).toEqual({ ok: true, value: { code: expect.stringMatching(/^\d{8}$/) } });
  const { code } = (made as { value: { code: string } }).value;
  expect(ask('production', 'VerifyVoucherCode', { key, voucher, code })).toEqual({
    ok: true,
    value: {},
  });
  const other = code === '00000000' ? '00000001' : '00000000';
  expect(ask('production', 'VerifyVoucherCode', { key, voucher, code: other })).toMatchObject({
    code: 'CODE_WRONG',
  });
  expect(ask('production', 'MakeVoucherCode', { key, voucher })).toMatchObject({
    code: 'ROLE_REFUSED',
  });
  expect(ask('pinIssuance', 'MakeVoucherCode', { key, voucher: '12' })).toMatchObject({
    code: 'INPUT_INVALID',
  });
  expect(ask('pinIssuance', 'MakeVoucherCode', { key: 'x', voucher })).toMatchObject({
    code: 'TOKEN_INVALID',
  });
  expect(lines.at(-1)).toContain('"command":"MakeVoucherCode","code":"TOKEN_INVALID"');
  device.tamper();
  expect(ask('pinIssuance', 'MakeVoucherCode', { key, voucher })).toMatchObject({
    code: 'DEVICE_TAMPERED',
  });
});

it('makes the device say that it is outside its approved set', () => {
  expect(setUp().status()).toMatchObject({
    value: { approved: false, plugIns: ['MakeVoucherCode', 'VerifyVoucherCode'] },
  });
  expect(setUp({ plugIns: [], policy: {} }).status()).toMatchObject({
    value: { approved: true, plugIns: [] },
  });
});

it('runs only where the policy lets plug-ins in', () => {
  const { device, as, key } = setUp({ policy: {} });
  const asked = device.executePlugIn(as('pinIssuance'), 'MakeVoucherCode', { key, voucher });
  expect(asked).toMatchObject({ code: 'COMMAND_REFUSED', rule: 'M17.no-plug-ins' });
});

it('cannot take the name of a command, and takes nothing down when it fails', () => {
  const named = { ...voucherCodes[0]!, name: 'VerifyPin' };
  expect(() => setUp({ plugIns: [named] })).toThrow('must not take the name');
  const broken = {
    ...voucherCodes[0]!,
    name: 'Broken',
    run: () => {
      throw new Error('a secret: 0123456789ABCDEF');
    },
  } as (typeof voucherCodes)[number];
  const { device, as, key } = setUp({ plugIns: [broken] });
  const asked = device.executePlugIn(as('pinIssuance'), 'Broken', { key, voucher });
  expect(asked).toEqual({ ok: false, code: 'PLUG_IN_FAILED' });
  expect(lines.join()).not.toContain('0123456789ABCDEF');
  expect(lines.at(-1)).toContain('PLUG_IN_FAILED');
});
