/**
 * The commands of the literature, with the published example and the published attacks, against a
 * legacy device; and the rule that refuses each call on a hardened one.
 */
import { adjustOddParity, DesKey, decryptEcb, encryptEcb, fromHex, toHex } from '@pinfold/crypto';
import { encryptPinBlock } from '@pinfold/pin';
import { MasterKeySet } from './keys/master-keys.js';
import { benchDevice, seededRandom, valued } from './testing.js';

const PAN = '4556238577532239';
const ZERO = new Uint8Array(16);

/** A legacy device whose keys the test knows: the master keys are the test's own. */
function legacy() {
  const made = new Map<string, Uint8Array>();
  const bench = benchDevice({
    mode: 'legacy',
    masterKeys: MasterKeySet.random('legacy', 1, seededRandom('literature')),
    laboratory: { keyMade: ({ token, key }) => made.set(token, key) },
  });
  return { ...bench, made };
}

describe('PIN_V', () => {
  const { device, key, as, made } = legacy();
  const pvk = key('P', { usage: 'PGK' });
  const zpk = valued(
    device.execute(as('production'), 'GenerateWorkingKey', { usage: 'ZPK', algorithm: 'T' }),
  ).key;
  // The published example states the enciphered validation data; the data follow from our key.
  const validationData = toHex(decryptEcb(DesKey.of(made.get(pvk)!), fromHex('A47295FDE32A48B1')));
  const ask = (pin: string, over: { table?: string; offset?: string } = {}) =>
    device.execute(as('production'), 'PIN_V', {
      pinBlock: encryptPinBlock({ format: 'iso0', key: DesKey.of(made.get(zpk)!), pin, pan: PAN }),
      key: zpk,
      format: 'iso0',
      pan: PAN,
      pvk,
      validationData,
      length: 4,
      table: '0123456789012345',
      offset: '4732',
      ...over,
    });

  it('gives the published answers: natural PIN 0472, offset 4732, PIN 4104', () => {
    expect(ask('4104')).toEqual({ ok: true, value: {} });
    expect(ask('0472', { offset: '0000' }).ok).toBe(true);
    expect(ask('4105')).toMatchObject({ ok: false, code: 'PIN_WRONG' });
    // One-hot tables tell whether a digit occurs: 0 -> 1 changes the first digit of 0472.
    expect(ask('4104', { table: '1123456789112345' })).toMatchObject({ code: 'PIN_WRONG' });
    expect(ask('5104', { table: '1123456789112345' }).ok).toBe(true);
  });

  it('says "format wrong" of a block that is none', () => {
    const answer = device.execute(as('production'), 'PIN_V', {
      pinBlock: new Uint8Array(8),
      key: zpk,
      format: 'iso0',
      pan: PAN,
      pvk,
      validationData,
      length: 4,
      table: '0123456789012345',
      offset: '4732',
    });
    expect(answer).toMatchObject({ ok: false, code: 'PIN_BLOCK_INVALID' });
  });
});

describe('share reuse', () => {
  const attack = (
    bench: ReturnType<typeof benchDevice>,
    sessionRole: 'production' | 'custodian',
  ) => {
    const made = valued(
      bench.device.execute(bench.as('keyManager'), 'GenerateKeyShares', { type: 'TMK', shares: 2 }),
    );
    const share = made.shares[0]!;
    return bench.device.execute(bench.as(sessionRole), 'CombineKeyShares', {
      type: 'TMK',
      shares: [share, share],
    });
  };

  it('gives a legacy device the zero key', () => {
    const bench = legacy();
    const { key } = valued(attack(bench, 'production'));
    expect(bench.made.get(key)).toEqual(ZERO);
  });

  it.each([
    [[], 'SHARE_REUSED', 'M10.distinct-shares'],
    [['M10.distinct-shares'], 'CUSTODIAN_REPEATED', 'M10.distinct-custodians'],
    [['M10.distinct-shares', 'M10.distinct-custodians'], 'KEY_WEAK', 'M13.no-weak-key'],
  ])('is refused by a hardened one without %j', (without, code, rule) => {
    const bench = benchDevice({ policy: { without } });
    expect(attack(bench, 'custodian')).toEqual({ ok: false, code, rule });
  });

  it('succeeds on a hardened one without M10 and M13', () => {
    const bench = benchDevice({ policy: { without: ['M10', 'M13'] } });
    expect(attack(bench, 'custodian').ok).toBe(true);
  });
});

describe('type confusion', () => {
  it('enciphers an account number under P on a legacy device', () => {
    const { device, key, as, made } = legacy();
    const p = key('P', { usage: 'PGK' });
    const account = fromHex(PAN);
    const { key: asKey } = valued(
      device.execute(as('production'), 'EncryptCommsKey', { key: account }),
    );
    const answer = valued(
      device.execute(as('production'), 'TranslateCommsKeyToTMK', { key: asKey, tmk: p }),
    );
    expect(answer.keyBlock).toBe(toHex(encryptEcb(DesKey.of(made.get(p)!), account)));
  });

  it('is refused twice by a hardened one: no clear key enters, and P is no TMK', () => {
    const bench = benchDevice();
    const clear = { key: adjustOddParity(fromHex(`${PAN}0123456789ABCDEF`)) };
    expect(bench.device.execute(bench.as('keyManager'), 'EncryptCommsKey', clear)).toEqual({
      ok: false,
      code: 'CLEAR_KEY_REFUSED',
      rule: 'M12.no-clear-key',
    });
    const p = bench.key('P');
    const { key: tak } = valued(
      bench.device.execute(bench.as('production'), 'GenerateWorkingKey', { usage: 'TAK' }),
    );
    const confused = { key: tak, tmk: p };
    expect(
      bench.device.execute(bench.as('production'), 'TranslateCommsKeyToTMK', confused),
    ).toMatchObject({ ok: false, code: 'TOKEN_INVALID' });
  });
});

describe('check value over chosen data', () => {
  it('is one block under P on a legacy device, and refused on a hardened one', () => {
    const { device, key, as, made } = legacy();
    const p = key('P');
    const data = fromHex(PAN);
    const { checkValue } = valued(
      device.execute(as('production'), 'KeyCheckValue', { key: p, data }),
    );
    expect(checkValue).toBe(toHex(encryptEcb(DesKey.of(made.get(p)!), data)));
    const bench = benchDevice();
    expect(
      bench.device.execute(bench.as('production'), 'KeyCheckValue', { key: bench.key('P'), data }),
    ).toMatchObject({ code: 'CHECK_VALUE_REFUSED', rule: 'M11.check-value-of-zeros' });
  });
});
