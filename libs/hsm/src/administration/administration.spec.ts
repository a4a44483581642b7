/** Users, life cycle, master keys, backup, self-tests and audit, as an officer meets them. */
import { createHash } from 'node:crypto';
import { Device } from '../device.js';
import type { Session } from '../session.js';
import type { Envelope } from '../terms-bytes.js';
import { benchDevice, seededRandom, valued } from '../testing.js';
import { PASSPHRASE, type PasswordHasher, scryptHasher } from './passphrases.js';
import { SELF_TESTS } from './self-tests.js';
import { delayAfter, LOCK_AFTER } from './users.js';
import { verifyAudit } from './verify-audit.js';

/** For tests: no work factor. */
const quick: PasswordHasher = {
  hash: (text, salt) => Uint8Array.from(createHash('sha256').update(salt).update(text).digest()),
};
const PASS = 'correct horse';

function officers(device: Device): Session {
  return device.session([
    { name: 'olga', role: 'officer' },
    { name: 'otto', role: 'officer' },
  ]);
}

describe('logging in', () => {
  const setUp = () => {
    const bench = benchDevice({ hasher: quick });
    const added = { name: 'ann', role: 'auditor', passphrase: PASS } as const;
    valued(bench.device.execute(officers(bench.device), 'CreateUser', added));
    return bench;
  };

  it('delays after a wrong passphrase, then locks, then lets the right one in', () => {
    const { device, clock } = setUp();
    for (let failures = 1; failures <= LOCK_AFTER; failures++) {
      expect(device.login('ann', 'wrong guess')).toMatchObject({ code: 'LOGIN_REFUSED' });
      const early = device.login('ann', PASS);
      expect(early).toMatchObject({
        code: failures === LOCK_AFTER ? 'LOGIN_LOCKED' : 'LOGIN_DELAYED',
      });
      clock.time += delayAfter(failures);
    }
    const session = valued(device.login('ann', PASS));
    expect(device.execute(session, 'Status', {}).ok).toBe(true);
    clock.time += 31 * 60_000;
    expect(device.execute(session, 'Status', {})).toMatchObject({ code: 'SESSION_INVALID' });
  });

  it('refuses weak passphrases, unknown names and users made by one officer', () => {
    const { device, as } = setUp();
    const weak = {
      name: 'bob',
      role: 'custodian',
      passphrase: '1'.repeat(PASSPHRASE.min),
    } as const;
    expect(device.execute(officers(device), 'CreateUser', weak)).toMatchObject({
      code: 'PASSPHRASE_WEAK',
    });
    expect(device.login('nobody', PASS)).toMatchObject({ code: 'LOGIN_REFUSED' });
    const alone = { ...weak, passphrase: PASS };
    expect(device.execute(as('officer'), 'CreateUser', alone)).toMatchObject({
      code: 'DUAL_CONTROL_REQUIRED',
    });
  });

  it('stays locked over a restart', () => {
    const { device } = setUp();
    device.login('ann', 'wrong guess');
    const key = new Uint8Array(32);
    const ports = { random: seededRandom('x'), clock: { now: () => Date.UTC(2026, 0, 1) } };
    const again = valued(Device.openState(device.sealState(key), key, { ...ports, hasher: quick }));
    expect(again.login('ann', PASS)).toMatchObject({ code: 'LOGIN_DELAYED' });
  });

  it('hashes with scrypt unless told otherwise', () => {
    expect(scryptHasher.hash(PASS, new Uint8Array(16))).toHaveLength(32);
  });
});

describe('the life of a device', () => {
  const factory = () => {
    const envelopes: Envelope[] = [];
    const ports = { random: seededRandom('factory'), clock: { now: () => Date.UTC(2026, 0, 1) } };
    const device = Device.create({ ...ports, envelopes: (envelope) => envelopes.push(envelope) });
    const custodian = (name: string) => device.session({ name, role: 'custodian' });
    return { device, envelopes, custodian, ports };
  };
  const initialise = ({ device, custodian }: ReturnType<typeof factory>) => {
    for (const name of ['ann', 'bob', 'cid']) {
      valued(device.execute(custodian(name), 'ContributeMasterKeyComponent', {}));
    }
    valued(device.execute(officers(device), 'CompleteMasterKeys', {}));
    valued(device.execute(officers(device), 'ActivateDevice', {}));
  };

  it('goes from factory to operational by three custodians and two officers', () => {
    const made = factory();
    const { device, custodian } = made;
    const production = device.session({ name: 'switch', role: 'production' });
    const generate = () => device.execute(production, 'GenerateWorkingKey', { usage: 'ZPK' });
    expect(generate()).toMatchObject({ code: 'DEVICE_NOT_READY' });
    for (const name of ['ann', 'bob']) {
      valued(device.execute(custodian(name), 'ContributeMasterKeyComponent', {}));
    }
    expect(device.execute(custodian('ann'), 'ContributeMasterKeyComponent', {})).toMatchObject({
      code: 'CUSTODIAN_REPEATED',
    });
    expect(device.execute(officers(device), 'CompleteMasterKeys', {})).toMatchObject({
      code: 'SHARES_INCOMPLETE',
    });
    valued(device.execute(custodian('cid'), 'ContributeMasterKeyComponent', {}));
    valued(device.execute(officers(device), 'CompleteMasterKeys', {}));
    expect(generate()).toMatchObject({ code: 'DEVICE_NOT_READY' });
    valued(device.execute(officers(device), 'ActivateDevice', {}));
    expect(generate().ok).toBe(true);
    expect(
      device.execute(production, 'ShowDemoPin', { pan: '4000000000000010', seed: 's' }),
    ).toMatchObject({
      code: 'COMMAND_REFUSED',
    });
  });

  it('backs master keys up to custodians and restores them in another device', async () => {
    const made = factory();
    initialise(made);
    const { device, envelopes } = made;
    envelopes.length = 0;
    const plan = { custodians: ['a', 'b', 'c', 'd', 'e'], threshold: 3 };
    expect(await device.backup(officers(device), plan)).toEqual({ ok: true, value: { shares: 5 } });
    const token = valued(
      device.execute(device.session({ name: 'x', role: 'production' }), 'GenerateWorkingKey', {
        usage: 'TAK',
      }),
    ).key;
    const shares = envelopes.map((envelope) => envelope.component);
    const other = Device.create({ ...made.ports });
    const tooFew = await other.restore(officers(other), { shares: shares.slice(0, 2), version: 1 });
    expect(tooFew).toMatchObject({ code: 'SHARES_INCOMPLETE' });
    expect(other.life).toBe('factory');
    const third = Device.create({ ...made.ports });
    valued(await third.restore(officers(third), { shares: shares.slice(1, 4), version: 1 }));
    valued(third.execute(officers(third), 'ActivateDevice', {}));
    const session = third.session({ name: 'x', role: 'production' });
    expect(third.execute(session, 'GenerateMac', { key: token, data: Uint8Array.of(1) }).ok).toBe(
      true,
    );
  });

  it('changes master keys: old tokens are re-encrypted, then the old keys are erased', () => {
    const made = factory();
    initialise(made);
    const { device, custodian } = made;
    const production = device.session({ name: 'x', role: 'production' });
    const { key: old } = valued(device.execute(production, 'GenerateWorkingKey', { usage: 'TAK' }));
    const data = Uint8Array.of(1, 2, 3);
    const before = device.execute(production, 'GenerateMac', { key: old, data });
    for (const name of ['ann', 'bob', 'cid']) {
      valued(device.execute(custodian(name), 'ContributeMasterKeyComponent', {}));
    }
    expect(valued(device.execute(officers(device), 'CompleteMasterKeys', {}))).toEqual({
      version: 2,
    });
    expect(device.execute(production, 'GenerateMac', { key: old, data })).toMatchObject({
      code: 'TOKEN_INVALID',
    });
    const again = valued(
      Device.openState(device.sealState(new Uint8Array(32)), new Uint8Array(32), made.ports),
    );
    for (const each of [device, again]) {
      const session = each.session({ name: 'x', role: 'production' });
      const { token } = valued(
        each.execute(session, 'ReEncryptToken', { type: 'TCK', token: old }),
      );
      expect(each.execute(session, 'GenerateMac', { key: token, data })).toEqual(before);
    }
    const officer = device.session({ name: 'olga', role: 'officer' });
    valued(device.execute(officer, 'EraseOldMasterKeys', {}));
    expect(device.execute(officer, 'EraseOldMasterKeys', {})).toMatchObject({
      code: 'NO_OLD_KEYS',
    });
    expect(device.execute(production, 'ReEncryptToken', { type: 'TCK', token: old })).toMatchObject(
      { code: 'TOKEN_INVALID' },
    );
  });

  it('answers only status and audit after tamper', () => {
    const { device, as, key } = benchDevice();
    key('ZCK');
    device.tamper();
    expect(device.execute(as('production'), 'GenerateWorkingKey', { usage: 'ZPK' })).toMatchObject({
      code: 'DEVICE_TAMPERED',
    });
    expect(device.execute(as('auditor'), 'AuditCheckpoint', {}).ok).toBe(true);
    const status = valued(device.execute(as('auditor'), 'Status', {}));
    expect(status).toMatchObject({ life: 'tampered', masterKeyVersion: 0, checkValues: [] });
  });
});

describe('self-tests', () => {
  it('pass, all of them', () => {
    const { device, as } = benchDevice();
    const { failed, results } = valued(device.execute(as('auditor'), 'SelfTest', {}));
    expect(failed).toEqual([]);
    expect(results).toEqual(SELF_TESTS.map(({ id }) => ({ id, passed: true })));
  });

  it.each(SELF_TESTS.map((test) => test.id))('lead to the error state when %s fails', (id) => {
    const { device, as } = benchDevice({ brokenSelfTests: [id] });
    device.execute(as('auditor'), 'SelfTest', {});
    expect(device.life).toBe('error');
    expect(device.execute(as('production'), 'GenerateWorkingKey', { usage: 'ZPK' })).toMatchObject({
      code: 'DEVICE_ERROR',
    });
    expect(valued(device.execute(as('auditor'), 'Status', {})).failedTests).toEqual([id]);
  });

  it('find a stuck random source and altered files', () => {
    const stuck = Device.create({
      demo: true,
      random: (length) => new Uint8Array(length).fill(7),
      clock: { now: () => 0 },
    });
    expect(stuck.life).toBe('error');
    const altered = { intact: false, reason: 'changed libs/hsm/src/device.js' } as const;
    const { device, lines } = benchDevice({ integrity: () => altered });
    expect(device.life).toBe('error');
    expect(lines.at(-1)).toContain('file-integrity changed libs/hsm/src/device.js');
  });
});

describe('the audit chain', () => {
  const { device, as, lines, key } = benchDevice();
  key('ZCK');
  device.execute(as('production'), 'OpenCeremony', { type: 'ZCK', custodians: ['a', 'b'] });
  const checkpoint = valued(device.execute(as('auditor'), 'AuditCheckpoint', {}));
  key('TMK');
  const known = { publicKey: checkpoint.publicKey };
  const at = 3;

  it('is complete, and names who was refused what and by which rule', () => {
    expect(verifyAudit(lines, known)).toMatchObject({ valid: true, entries: lines.length });
    const refused = lines
      .map((line) => JSON.parse(line))
      .find((entry) => entry.event === 'refused');
    expect(refused).toMatchObject({
      who: 'production',
      command: 'OpenCeremony',
      rule: 'M17.roles',
    });
  });

  it.each<[string, (all: string[]) => string[], number]>([
    [
      'changed',
      (all) => all.map((line, i) => (i === at ? line.replace('at', 'ta') : line)),
      at + 1,
    ],
    ['removed', (all) => all.filter((_, i) => i !== at), at + 1],
    [
      'reordered',
      (all) => [...all.slice(0, at), all[at + 1]!, all[at]!, ...all.slice(at + 2)],
      at + 1,
    ],
    ['cut at the end', (all) => all.slice(0, at), at + 1],
  ])('tells an entry that was %s, and where', (_, spoil, firstBad) => {
    const { auditEntries, auditHead } = valued(device.execute(as('auditor'), 'Status', {}));
    const head = { seq: auditEntries, prev: auditHead };
    expect(verifyAudit(spoil(lines), { ...known, head })).toMatchObject({ valid: false, firstBad });
  });

  it('tells a checkpoint that was signed by someone else', () => {
    const other = benchDevice({}, 'other');
    const foreign = valued(other.device.execute(other.as('auditor'), 'AuditCheckpoint', {}));
    expect(verifyAudit(lines, { publicKey: foreign.publicKey }).valid).toBe(false);
  });
});
