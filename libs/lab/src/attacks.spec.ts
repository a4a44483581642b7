/** Each attack against a legacy device, where it obtains the secret, and a hardened one, where a rule refuses it. */

import { attackNamed } from './attacks/index.js';
import { runAttack } from './run-attack.js';

const now = () => performance.now();
const small = { effort: 'small' } as const;
const run = (name: string, mode: 'legacy' | 'hardened', more: object = {}) =>
  runAttack(attackNamed(name)!, { mode, now, options: small, ...more });

describe('attacks', () => {
  it.each([
    ['share-reuse', 2, 'M10.distinct-shares', 1],
    ['type-confusion', 2, 'M12.no-clear-key', 1],
    ['decimalisation', 24, 'M1.stored-tables', 1],
    ['decimalisation-offset', 22, 'M1.stored-tables', 1],
    ['calculate-offset', 1, 'M1.stored-tables', 1],
    ['reformat', 2, 'M3.same-account', 1],
    ['check-value', 1, 'M11.check-value-of-zeros', 1],
    ['key-binding', 3, 'M8.key-blocks', 2],
    ['weaker-wrap', 3, 'M13.no-single-length', 1],
    ['unauthenticated-wrap', 5, 'M12.no-clear-key', 1],
    ['rsa-padding', 64, 'M16.oaep-only', 1],
    ['opened-terminal', 2, 'M13.importable', 1],
    ['dead-ceremony', 2, 'M10.unused-shares', 1],
    ['own-table', 3, 'M17.roles', 2],
    ['unbound-issuance', 1, 'M7.account-bound-issuance', 1],
    ['wrap-decrypt', 5, 'M9.one-usage', 3],
    ['relabelled-key', 3, 'M9.block-of-usage', 1],
    ['plug-in', 1, 'M17.no-plug-ins', 1],
    ['pin-spraying', 4_000, 'M6.device-limit', 2_001],
    ['lone-officer', 6, 'M17.dual-control', 1],
    ['short-modulus', 1, 'M16.long-modulus', 1],
    ['pin-exhaustion', 10_000, 'M6.account-limit', 11],
    ['digit-check', 8, 'M5.no-digit-check', undefined],
    ['typed-offset', 1, 'M17.roles', 1],
    ['rsa-own-key', 2, 'M17.roles', 1],
    ['rsa-decrypt-key', 1, 'M9.one-usage', 1],
    ['rsa-known-key', 2, 'M17.roles', 1],
    ['change-pin', 3, 'M17.roles', 1],
  ])(
    '%s works in legacy (at most %d calls), and hardened refuses it by %s at call %s',
    async (name, most, rule, call) => {
      const legacy = await run(name, 'legacy');
      expect(legacy).toMatchObject({ succeeded: true, verified: true, refusedBy: null, share: 1 });
      expect(legacy.calls.max).toBeLessThanOrEqual(most);
      const hardened = await run(name, 'hardened');
      expect(hardened).toMatchObject({ succeeded: false, verified: false, refusedBy: rule });
      if (call !== undefined) expect(hardened.refusedAtCall).toBe(call);
      expect(hardened.obtained).toBeNull();
    },
  );

  it('deciphers a wrapped key with the RSA key that unwraps it, where rule M9 is off', async () => {
    const off = { without: ['M9.one-usage'] };
    expect(await run('rsa-decrypt-key', 'hardened', off)).toMatchObject({ verified: true });
  });

  it('brings a wrapping key in under RSA, as a key manager, only where its rule is off', async () => {
    const roles = ['keyManager', 'production'];
    const refused = await run('rsa-own-key', 'hardened', { roles });
    expect(refused).toMatchObject({ refusedBy: 'M12.no-anonymous-kek', refusedAtCall: 1 });
    const off = { roles, without: ['M12.no-anonymous-kek'] };
    expect(await run('rsa-own-key', 'hardened', off)).toMatchObject({ verified: true });
  });

  it('brings a known PIN key in under RSA, as a key manager, only where its rule is off', async () => {
    const roles = ['keyManager', 'production'];
    const refused = await run('rsa-known-key', 'hardened', { roles });
    expect(refused).toMatchObject({ refusedBy: 'M12.no-anonymous-key', refusedAtCall: 1 });
    const off = { roles, without: ['M12.no-anonymous-key'] };
    expect(await run('rsa-known-key', 'hardened', off)).toMatchObject({ verified: true });
  });

  it('changes the own PIN to that of a PIN block only where no role is asked for and records are readable', async () => {
    const without = ['M17.roles', 'M7.issuance-role', 'M2.sealed-value'];
    expect(await run('change-pin', 'hardened', { without })).toMatchObject({ verified: true });
    for (const one of without) {
      expect(await run('change-pin', 'hardened', { without: [one] })).toMatchObject({
        succeeded: false,
      });
    }
  });

  it('goes on where the rule is off that held it, and tells part of the victims', async () => {
    const off = { without: ['M1.stored-tables', 'M2.authenticated-record'] };
    const limited = await run('decimalisation-offset', 'hardened', off);
    expect(limited.refusedBy).toBe('M6.block-limit');
    expect(limited.share).toBeLessThan(0.5);
    const free = { without: [...off.without, 'M6'] };
    expect(await run('decimalisation-offset', 'hardened', free)).toMatchObject({ share: 1 });
  });

  it('tells a member of the issuance role nothing, unless records are readable', async () => {
    const roles = ['pinIssuance', 'production'];
    const refused = await run('typed-offset', 'hardened', { roles });
    expect(refused).toMatchObject({ refusedBy: 'M2.sealed-value', refusedAtCall: 1 });
    const off = { roles, without: ['M2.sealed-value'] };
    expect(await run('typed-offset', 'hardened', off)).toMatchObject({ verified: true });
  });

  it.each(['M13.importable', 'M3.towards-issuer'])(
    'gets in by one opened terminal where %s is off: both rules are needed',
    async (rule) => {
      const off = await run('opened-terminal', 'hardened', { without: [rule] });
      expect(off).toMatchObject({ verified: true });
    },
  );

  it('needs two people for a table', async () => {
    const roles = ['officer', 'keyManager', 'pinIssuance', 'production'];
    const refused = await run('own-table', 'hardened', { roles });
    expect(refused).toMatchObject({ refusedBy: 'M1.two-roles', refusedAtCall: 2 });
    const off = { roles, without: ['M1.two-roles', 'M2.sealed-value'] };
    expect(await run('own-table', 'hardened', off)).toMatchObject({ verified: true });
  });

  it('finds the rule that refused where many victims are tried', async () => {
    const options = { effort: 'full' };
    const report = await run('digit-check', 'hardened', { options });
    expect(report).toMatchObject({ succeeded: false, refusedBy: 'M5.no-digit-check' });
  });

  it('gives a normal user nothing where the story needs another role', async () => {
    const user = await run('weaker-wrap', 'hardened', { roles: ['production'] });
    expect(user).toMatchObject({ succeeded: false, refusedBy: 'M17.roles' });
  });

  it('needs 14.4592 calls on average over all 10,000 PINs, 22 at most, measured on the device', async () => {
    const options = { effort: 'full', digits: 4, tableCheck: true } as const;
    const report = await run('decimalisation-offset', 'legacy', { options });
    expect(report).toMatchObject({ verified: true, share: 1, calls: { max: 22, runs: 10_000 } });
    expect(report.calls.mean).toBeCloseTo(14.4592, 4);
  });

  it('learns two digits but for a bit each in about 4.8 calls', async () => {
    const report = await run('digit-check', 'legacy', { options: { effort: 'full' } });
    expect(report.calls.mean).toBeGreaterThan(4.4);
    expect(report.calls.mean).toBeLessThan(5.1);
  });
});
