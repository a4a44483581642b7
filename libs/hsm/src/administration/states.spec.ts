/** What a device answers in each state of its life: every command, and the other ways in. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { COMMAND_NAMES, type CommandName, commandNamed } from '../commands/index.js';
import type { Device } from '../device.js';
import { LIFE_STATES, type LifeState, nextLifeState, TRANSITIONS } from '../life-cycle.js';
import { benchDevice } from '../testing.js';

const OFFICERS = [
  { name: 'olga', role: 'officer' },
  { name: 'otto', role: 'officer' },
] as const;

/** Commands that get past the state's gate, whoever asks. */
function answered(device: Device): CommandName[] {
  const shut = new Set(['DEVICE_ERROR', 'DEVICE_TAMPERED', 'DEVICE_NOT_READY']);
  return COMMAND_NAMES.filter((name) => {
    const [role] = commandNamed(name)!.roles;
    const session = device.session([
      { name: 'one', role: role! },
      { name: 'two', role: role! },
    ]);
    const outcome = device.execute(session, name, { nothing: 'right' } as never);
    return outcome.ok || !shut.has(outcome.code);
  });
}

it('in the error state its status and its end alone; nobody logs in, nothing is backed up', async () => {
  const { device } = benchDevice({ brokenSelfTests: ['aes-cmac'] });
  expect(device.life).toBe('error');
  const officers = device.session(OFFICERS);
  expect(device.login('olga', 'whatever it is')).toMatchObject({ code: 'DEVICE_ERROR' });
  const plan = { custodians: ['a', 'b'], threshold: 2 };
  expect(await device.backup(officers, plan)).toMatchObject({ code: 'DEVICE_ERROR' });
  const restored = await device.restore(officers, { shares: [], version: 1 });
  expect(restored).toMatchObject({ code: 'DEVICE_ERROR' });
  expect(answered(device)).toEqual(['Status', 'Tamper']);
});

it('a key pair whose halves do not fit stops the device, and is not given out', () => {
  const spoilt = (bits: number) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
    const jwk = privateKey.export({ format: 'jwk' });
    const other = generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;
    const { d, dp, dq } = other.export({ format: 'jwk' });
    return createPrivateKey({ key: { ...jwk, d, dp, dq }, format: 'jwk' });
  };
  const laboratory = { keyMade: () => undefined, newPair: spoilt };
  const { device, as, lines } = benchDevice({ laboratory });
  const made = device.execute(as('keyManager'), 'GenerateRsaKey', { bits: '2048' });
  expect(made).toMatchObject({ ok: false, code: 'DEVICE_ERROR' });
  expect(device.life).toBe('error');
  expect(lines.join()).toContain('"event":"self-test-failed","detail":"rsa-pairwise"');
});

it('once tampered with its status and its audit chain alone', async () => {
  const { device } = benchDevice();
  device.tamper();
  expect(answered(device)).toEqual(['AuditCheckpoint', 'Status']);
  const plan = { custodians: ['a', 'b'], threshold: 2 };
  expect(await device.backup(device.session(OFFICERS), plan)).toMatchObject({
    code: 'DEVICE_TAMPERED',
  });
});

it.each(LIFE_STATES)('from %s no command leads where the table has no way', (state: LifeState) => {
  for (const event of ['initialise', 'activate', 'fail', 'tamper'] as const) {
    const next = nextLifeState(state, event);
    expect(next).toBe((TRANSITIONS[state] as Partial<Record<typeof event, LifeState>>)[event]);
    if (state === 'tampered') expect(next ?? 'tampered').toBe('tampered');
  }
});
