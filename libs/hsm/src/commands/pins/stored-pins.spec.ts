/** Stored PINs: kept, verified, changed; limits, weak PINs, other accounts and keys. */
import { DesKey } from '@pinfold/crypto';
import { encryptPinBlock, type PinBlockFormat } from '@pinfold/pin';
import { MODES } from '../../policy/policy.js';
import { valued } from '../../testing.js';
import { keyBench } from '../../testing-keys.js';

const PAN = '4000000000000010';

describe.each(MODES)('stored PINs of a %s device', (mode) => {
  const bench = () => {
    const { ask, clear } = keyBench(mode);
    const zpk = valued(ask('production', 'GenerateWorkingKey', { usage: 'ZPK' })).key;
    const zpkClear = DesKey.of(clear(zpk));
    const blockOf = (pin: string, format: PinBlockFormat = 'iso0') =>
      encryptPinBlock({ format, key: zpkClear, pin, pan: PAN, random: (n) => new Uint8Array(n) });
    const base = { pan: PAN, key: zpk, format: 'iso0' } as const;
    const store = (pin: string, change: object = {}) =>
      ask('pinIssuance', 'StorePin', { ...base, pinBlock: blockOf(pin), ...change });
    const verify = (storedPin: string, pin: string, change: object = {}) =>
      ask('production', 'VerifyStoredPin', {
        ...base,
        storedPin,
        pinBlock: blockOf(pin),
        ...change,
      });
    const change = (storedPin: string, pin: string, newPin: string) =>
      ask('pinIssuance', 'ChangeStoredPin', {
        ...base,
        storedPin,
        pinBlock: blockOf(pin),
        newPinBlock: blockOf(newPin),
      });
    return { ask, zpk, blockOf, store, verify, change, base };
  };

  it.each(['8341', '83412', '834125690371'])('keeps, verifies and changes %s', (pin) => {
    const { store, verify, change } = bench();
    const { storedPin } = valued(store(pin));
    expect(verify(storedPin, pin)).toEqual({ ok: true, value: {} });
    const wrong = pin.replace(/.$/, (d) => String((Number(d) + 1) % 10));
    expect(verify(storedPin, wrong)).toEqual({ ok: false, code: 'PIN_WRONG' });
    expect(verify(storedPin, `${pin.slice(0, 4)}9`)).toEqual({ ok: false, code: 'PIN_WRONG' });
    expect(change(storedPin, wrong, '9275')).toEqual({ ok: false, code: 'PIN_WRONG' });
    const renewed = valued(change(storedPin, pin, '9275')).storedPin;
    expect(verify(renewed, '9275').ok).toBe(true);
    expect(verify(renewed, pin)).toMatchObject({ code: 'PIN_WRONG' });
  });

  it.each(['1111', '4321', '1212', '2580'])('refuses the weak PIN %s', (weak) => {
    const { store, change } = bench();
    expect(store(weak)).toEqual({ ok: false, code: 'PIN_WEAK' });
    expect(change(valued(store('8341')).storedPin, '8341', weak)).toMatchObject({
      code: 'PIN_WEAK',
    });
  });

  it('refuses in the order of the declaration', () => {
    const { ask, store, verify, zpk, blockOf, base } = bench();
    const { storedPin } = valued(store('8341'));
    expect(verify('nonsense', '8341', { format: 'iso4' })).toMatchObject({ code: 'TOKEN_INVALID' });
    expect(verify(storedPin, '8341', { format: 'iso4' })).toMatchObject({ code: 'FORMAT_REFUSED' });
    expect(verify(storedPin, '8341', { pinBlock: new Uint8Array(8) }).ok).toBe(false);
    expect(verify(storedPin, '8341', { pinBlock: new Uint8Array(7) })).toMatchObject({
      code: 'INPUT_INVALID',
    });
    expect(verify(zpk, '8341').ok).toBe(false);
    expect(store('8341', { key: storedPin }).ok).toBe(false);
    if (mode === 'legacy') return;
    expect(verify(storedPin, '8341', { pan: '4000000000000028' })).toMatchObject({
      code: 'TOKEN_INVALID',
    });
    expect(store('8341', { format: 'iso1', pinBlock: blockOf('8341', 'iso1') })).toMatchObject({
      rule: 'M7.account-bound-issuance',
    });
    expect(ask('production', 'StorePin', { ...base, pinBlock: blockOf('8341') })).toMatchObject({
      code: 'ROLE_REFUSED',
    });
  });
});

it('limits failures per account, right PINs included from then on', () => {
  const { ask, clear } = keyBench('hardened');
  const zpk = valued(ask('production', 'GenerateWorkingKey', { usage: 'ZPK' })).key;
  const key = DesKey.of(clear(zpk));
  const base = { pan: PAN, key: zpk, format: 'iso0' } as const;
  const blockOf = (pin: string) => encryptPinBlock({ format: 'iso0', key, pin, pan: PAN });
  const { storedPin } = valued(
    ask('pinIssuance', 'StorePin', { ...base, pinBlock: blockOf('8341') }),
  );
  const verify = (pin: string) =>
    ask('production', 'VerifyStoredPin', { ...base, storedPin, pinBlock: blockOf(pin) });
  for (let i = 0; i < 10; i++)
    expect(verify(String(1000 + i))).toMatchObject({ code: 'PIN_WRONG' });
  expect(verify('1010')).toMatchObject({ code: 'PIN_LIMIT', rule: 'M6.account-limit' });
  expect(verify('8341')).toMatchObject({ code: 'PIN_LIMIT' });
});
