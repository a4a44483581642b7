/** People of a device: who may be removed, and what becomes of their sessions. */
import { createHash } from 'node:crypto';
import { benchDevice, valued } from '../testing.js';
import { delayAfter, LOCK_AFTER, LOCK_MS } from './users.js';

const hasher = {
  hash: (text: string, salt: Uint8Array) =>
    Uint8Array.from(createHash('sha256').update(salt).update(text).digest()),
};
const PASS = 'correct horse';

function setUp() {
  const { device } = benchDevice({ hasher });
  const door = device.session([
    { name: 'setting-up-1', role: 'officer' },
    { name: 'setting-up-2', role: 'officer' },
  ]);
  const roles = { olga: 'officer', otto: 'officer', oona: 'officer', ann: 'auditor' } as const;
  for (const [name, role] of Object.entries(roles)) {
    valued(device.execute(door, 'CreateUser', { name, role, passphrase: PASS }));
  }
  const login = (name: string) => valued(device.login(name, PASS));
  const officers = () => device.joint(login('olga'), login('otto'));
  const remove = (name: string) => device.execute(officers(), 'RemoveUser', { name });
  return { device, login, officers, remove };
}

it('a removed person has no session any more, alone or with another', () => {
  const { device, login, remove } = setUp();
  const [alone, oona, kept] = [login('ann'), login('oona'), login('otto')];
  const both = device.joint(oona, login('olga'));
  valued(remove('ann'));
  valued(remove('oona'));
  for (const ended of [alone, oona, both]) {
    expect(device.execute(ended, 'Status', {})).toMatchObject({ code: 'SESSION_INVALID' });
  }
  expect(device.execute(kept, 'Status', {}).ok).toBe(true);
  expect(device.login('ann', PASS)).toMatchObject({ code: 'LOGIN_REFUSED' });
});

it('two officers stay: nobody could be added by one', () => {
  const { remove } = setUp();
  valued(remove('oona'));
  expect(remove('otto')).toMatchObject({ code: 'USER_NEEDED' });
  expect(remove('nobody')).toMatchObject({ code: 'USER_UNKNOWN' });
});

it('waits double, then lock', () => {
  const waits = Array.from({ length: LOCK_AFTER + 1 }, (_, failures) => delayAfter(failures));
  expect(waits).toEqual([0, 1_000, 2_000, 4_000, 8_000, LOCK_MS]);
});
