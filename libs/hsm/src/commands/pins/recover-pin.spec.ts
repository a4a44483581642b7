/** The PIN of an offset: made again, verified as a stored PIN, and what is refused. */
import { DesKey } from '@pinfold/crypto';
import { encryptPinBlock } from '@pinfold/pin';
import { MODES } from '../../policy/policy.js';
import { valued } from '../../testing.js';
import { keyBench } from '../../testing-keys.js';

const PAN = '4000000000000010';

describe.each(MODES)('recovering PINs in a %s device', (mode) => {
  const { ask, clear, key, device, as } = keyBench(mode);
  const zpk = valued(ask('production', 'GenerateWorkingKey', { usage: 'ZPK' })).key;
  const zpkClear = DesKey.of(clear(zpk));
  const block = (pin: string) => encryptPinBlock({ format: 'iso0', key: zpkClear, pin, pan: PAN });
  const pgk = key('P', { usage: 'PGK' });
  const pvk = key('P', { usage: 'PVK' });
  const table = '0123456789012345';
  const { tableId } = valued(ask('keyManager', 'RegisterDecimalisationTable', { table }));
  device.execute(as('officer'), 'ActivateDecimalisationTable', { tableId });
  const base = { pan: PAN, key: zpk, format: 'iso0' } as const;
  const recordOf = (pin: string) =>
    valued(
      ask('pinIssuance', 'CreateVerificationRecord', {
        ...base,
        pinBlock: block(pin),
        method: 'ibm3624',
        pvk: pgk,
        tableId,
      }),
    ).record;
  const recover = (change: object = {}) =>
    ask('pinIssuance', 'RecoverPin', { pan: PAN, pvk: pgk, record: recordOf('8341'), ...change });

  it.each(['8341', '927516', '834125690371'])('gives %s again', (pin) => {
    const { storedPin } = valued(recover({ record: recordOf(pin) }));
    const verify = (given: string) =>
      ask('production', 'VerifyStoredPin', { ...base, storedPin, pinBlock: block(given) });
    expect(verify(pin)).toEqual({ ok: true, value: {} });
    expect(verify(pin.replace(/^8|^9/, '7'))).toEqual({ ok: false, code: 'PIN_WRONG' });
  });

  it('refuses other keys, accounts, methods and roles', () => {
    expect(recover({ pvk: zpk }).ok).toBe(mode === 'legacy');
    const other = recover({ pan: '4000000000000028' });
    expect(other.ok).toBe(mode === 'legacy');
    const { record } = valued(
      ask('pinIssuance', 'GeneratePin', { pan: PAN, method: 'visa-pvv', pvk, pvki: '1' }),
    );
    const key = mode === 'legacy' ? { pvk } : {};
    expect(recover({ record, ...key }).ok).toBe(false);
    const asked = { pan: PAN, pvk: pgk, record: recordOf('8341') };
    expect(ask('production', 'RecoverPin', asked).ok).toBe(mode === 'legacy');
  });
});
