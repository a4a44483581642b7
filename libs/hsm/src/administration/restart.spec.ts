/**
 * What a restart must not undo: delays, lock-outs and buckets, also when the clock was set back, and
 * what it must: the error state, once the reason is gone, and half a ceremony.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { Device } from '../device.js';
import type { DeviceOptions } from '../device-options.js';
import { benchDevice, seededRandom, valued } from '../testing.js';
import { LOGIN_LIMIT } from './administration.js';
import { DEFAULT_CODE_LIMITS } from './code-limits.js';
import type { PasswordHasher } from './passphrases.js';
import { TokenBuckets } from './token-buckets.js';
import { delayAfter, LOCK_AFTER, LOCK_MS } from './users.js';

const quick: PasswordHasher = {
  hash: (text, salt) => Uint8Array.from(createHash('sha256').update(salt).update(text).digest()),
};
const PASS = 'correct horse';
const KEY = new Uint8Array(32);
const OFFICERS = [
  { name: 'olga', role: 'officer' },
  { name: 'otto', role: 'officer' },
] as const;

/** A device with users, and a way to switch it off and on. */
function setUp(options: Partial<DeviceOptions> = {}) {
  const bench = benchDevice({ hasher: quick, ...options });
  let { device } = bench;
  const lines: string[] = [];
  const again = (other: Partial<DeviceOptions> = {}): Device => {
    const ports = { random: seededRandom('again'), clock: bench.clock, hasher: quick };
    const audit = (line: string) => lines.push(line);
    const sealed = device.sealState(KEY);
    device = valued(Device.openState(sealed, KEY, { ...ports, audit, ...other }));
    return device;
  };
  for (const name of ['ann', 'bob']) {
    const added = { name, role: 'auditor', passphrase: PASS } as const;
    valued(device.execute(device.session(OFFICERS), 'CreateUser', added));
  }
  return {
    ...bench,
    lines,
    again,
    login: (name: string, text: string) => device.login(name, text),
  };
}

describe('over a restart', () => {
  it('a locked user stays locked for as long as was left', () => {
    const { login, again, clock } = setUp();
    for (let failures = 1; failures <= LOCK_AFTER; failures++) {
      expect(login('ann', 'wrong')).toMatchObject({ code: 'LOGIN_REFUSED' });
      if (failures < LOCK_AFTER) clock.time += delayAfter(failures);
    }
    again();
    clock.time += LOCK_MS - 1;
    expect(login('ann', PASS)).toMatchObject({ code: 'LOGIN_LOCKED' });
    again();
    clock.time += 1;
    expect(login('ann', PASS).ok).toBe(true);
  });

  it('the bucket of all logins stays empty', () => {
    const { login, again, clock } = setUp();
    for (let i = 0; i < LOGIN_LIMIT.capacity; i++) login(`nobody-${i}`, 'wrong');
    expect(login('bob', PASS)).toMatchObject({ code: 'LOGIN_LIMIT' });
    again();
    expect(login('bob', PASS)).toMatchObject({ code: 'LOGIN_LIMIT' });
    clock.time += LOGIN_LIMIT.refillMs;
    again();
    expect(login('bob', PASS).ok).toBe(true);
  });

  it('tries at a locked user lock out nobody else', () => {
    const { login } = setUp();
    for (let i = 0; i < 10 * LOGIN_LIMIT.capacity; i++) login('ann', 'wrong');
    expect(login('ann', PASS)).toMatchObject({ code: 'LOGIN_DELAYED' });
    expect(login('bob', PASS).ok).toBe(true);
  });

  it('the bucket of ceremonies stays as it was', () => {
    const { device, as, again } = setUp();
    const plan = { type: 'ZCK' as const, custodians: ['a', 'b'] };
    const open = (on: Device) =>
      on.execute(on.session({ name: 'k', role: 'keyManager' }), 'OpenCeremony', plan);
    for (let i = 0; i < 4096; i++) {
      const { ceremony } = valued(open(device));
      device.execute(as('keyManager'), 'CloseCeremony', { ceremony });
    }
    expect(open(device)).toMatchObject({ code: 'LIMIT_REACHED' });
    expect(open(again())).toMatchObject({ code: 'LIMIT_REACHED' });
  });

  it('what a wrong passphrase costs is kept before it is answered', () => {
    const order: string[] = [];
    const { login } = setUp({ persist: () => order.push('kept') });
    order.length = 0;
    login('ann', 'wrong');
    order.push('answered');
    expect(order).toEqual(['kept', 'answered']);
  });

  it('a failed self-test is forgotten when the reason is', () => {
    const { again } = setUp();
    expect(again({ brokenSelfTests: ['aes-cmac'] }).life).toBe('error');
    expect(again().life).toBe('operational');
  });
});

describe('a clock that is set back', () => {
  it('neither unlocks a user nor locks one out for longer than the wait, begun anew', () => {
    const { login, again, clock } = setUp();
    clock.time += 10 * 365 * 24 * 3_600_000;
    for (let failures = 1; failures <= LOCK_AFTER; failures++) {
      login('ann', 'wrong');
      if (failures < LOCK_AFTER) clock.time += delayAfter(failures);
    }
    clock.time = Date.UTC(2026, 5, 1);
    again();
    expect(login('ann', PASS)).toMatchObject({ code: 'LOGIN_LOCKED' });
    clock.time += LOCK_MS - 1;
    expect(login('ann', PASS)).toMatchObject({ code: 'LOGIN_LOCKED' });
    clock.time += 1;
    expect(login('ann', PASS).ok).toBe(true);
  });

  it('refills no bucket, and stops none: what was taken never exceeds the time that went forward', () => {
    const step = fc.integer({ min: -5_000, max: 5_000 });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const limit = { capacity: 3, refillMs: 1_000 };
        let buckets = new TokenBuckets(limit);
        let [now, forward, taken] = [1_000_000, 0, 0];
        for (const by of steps) {
          now += by;
          forward += Math.max(0, by);
          buckets = new TokenBuckets(limit, 9, buckets.toState(now));
          if (buckets.take('a', now)) taken += 1;
        }
        expect(taken).toBeLessThanOrEqual(limit.capacity + forward / limit.refillMs + 1e-6);
        expect(buckets.hasToken('a', now + limit.refillMs)).toBe(true);
      }),
    );
  });
});

describe('a master-key ceremony that the device does not live to end', () => {
  const contribute = (device: Device, name: string, component?: Uint8Array) =>
    device.execute(device.session({ name, role: 'custodian' }), 'ContributeMasterKeyComponent', {
      component,
    });

  it('is broken off: components are nowhere in the state, and the audit chain names the custodians', () => {
    const { device, again, lines } = setUp();
    const component = seededRandom('a component')(160);
    valued(contribute(device, 'ann', component));
    valued(contribute(device, 'bob'));
    const kept = Buffer.from(device.sealState(KEY));
    const clear = JSON.stringify(device.clone().brokenOff);
    expect(kept.includes(Buffer.from(component.subarray(0, 16)))).toBe(false);
    expect(clear).toContain('bob');
    lines.length = 0;
    const next = again();
    expect(JSON.parse(lines[0]!)).toMatchObject({
      event: 'master-key-ceremony-broken-off',
      detail: 'components of ann, bob are gone',
    });
    expect(next.brokenOff).toEqual(['ann', 'bob']);
    expect(next.execute(next.session(OFFICERS), 'CompleteMasterKeys', {})).toMatchObject({
      code: 'SHARES_INCOMPLETE',
    });
    for (const name of ['ann', 'bob', 'cid']) valued(contribute(next, name));
    expect(next.brokenOff).toEqual([]);
    valued(next.execute(next.session(OFFICERS), 'CompleteMasterKeys', {}));
    lines.length = 0;
    expect(again().brokenOff).toEqual([]);
  });

  it('can be broken off on purpose, and begun again by the same custodians', () => {
    const { device } = setUp();
    const cancel = () => device.execute(device.session(OFFICERS[0]), 'CancelMasterKeys', {});
    expect(cancel()).toMatchObject({ code: 'NO_CEREMONY' });
    valued(contribute(device, 'ann'));
    valued(cancel());
    expect(valued(contribute(device, 'ann'))).toEqual({ count: 1 });
  });

  it('refuses components that cancel each other', () => {
    const { device } = setUp();
    const same = seededRandom('x')(160);
    valued(contribute(device, 'ann', same));
    valued(contribute(device, 'bob', same));
    valued(contribute(device, 'cid', new Uint8Array(160)));
    expect(device.execute(device.session(OFFICERS), 'CompleteMasterKeys', {})).toMatchObject({
      code: 'KEY_WEAK',
      rule: 'M13.no-weak-key',
    });
    const status = valued(device.execute(device.session(OFFICERS), 'Status', {}));
    expect(status.masterKeyVersion).toBe(1);
  });
});

describe('failures of card codes', () => {
  it('stop the search of one account, the right code too, over a restart, and spare PINs and others', () => {
    const { device, as, key, again, clock } = setUp();
    const cvk = key('P', { usage: 'CVK' });
    const card = { key: cvk, code: 'cvv2', pan: '4000000000000010', expiry: '2912' } as const;
    const { value } = valued(device.execute(as('pinIssuance'), 'GenerateCardCode', card));
    const verify = (on: Device, typed: string, pan: string = card.pan) =>
      on.execute(on.session({ name: 'x', role: 'production' }), 'VerifyCardCode', {
        ...card,
        pan,
        value: typed,
      });
    const wrong = (i: number) => String((Number(value) + 1 + i) % 1000).padStart(3, '0');
    const { capacity, refillMs } = DEFAULT_CODE_LIMITS.account;
    for (let i = 0; i < capacity; i++) {
      expect(verify(device, wrong(i))).toMatchObject({ code: 'CODE_WRONG' });
    }
    const limit = { code: 'CODE_LIMIT', rule: 'M6.account-limit' };
    expect(verify(device, value)).toMatchObject(limit);
    const next = again();
    expect(verify(next, value)).toMatchObject(limit);
    expect(verify(next, '000', '4000000000000028').ok || 'CODE_WRONG').not.toBe('CODE_LIMIT');
    clock.time += refillMs;
    expect(verify(next, value).ok).toBe(true);
    expect(verify(next, value).ok).toBe(true);
  });

  it('stop a device that fails too often', () => {
    const codeLimits = { ...DEFAULT_CODE_LIMITS, device: { capacity: 2, refillMs: 60_000 } };
    const { device, as, key } = setUp({ codeLimits });
    const cvk = key('P', { usage: 'CVK' });
    const answers = [0, 1, 2].map((i) =>
      device.execute(as('production'), 'VerifyCardCode', {
        key: cvk,
        code: 'cvv2',
        pan: `400000000000${String(i).padStart(4, '0')}`,
        expiry: '2912',
        value: '000',
      }),
    );
    expect(answers.at(-1)).toMatchObject({ code: 'CODE_LIMIT', rule: 'M6.device-limit' });
  });
});
