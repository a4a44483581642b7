import { randomBytes } from 'node:crypto';
import { Device } from '../device.js';
import { KEY_ROLES } from './key-roles.js';
import { LmkContext } from './lmk-context.js';
import { LmkDevice } from './lmk-device.js';

const random = (length: number) => Uint8Array.from(randomBytes(length));

function device(selfTestsPass = true) {
  const lines: string[] = [];
  const made = Device.create({
    random,
    clock: { now: () => 1_000_000 },
    demo: true,
    mode: 'hardened',
    audit: (line) => lines.push(line),
    integrity: () =>
      selfTestsPass ? { intact: true, signer: 'AB'.repeat(32) } : { intact: false, reason: 'x' },
  });
  const entries = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { made, entries };
}

describe('the LMK side of a device', () => {
  it('serves while the device is operational, in its mode', () => {
    const lmk = device().made.lmk();
    expect(lmk.shut).toBeUndefined();
    expect(lmk.mode).toBe('hardened');
    expect(lmk.authorised).toBe(false);
  });

  it('has no LMK and no open key after a tamper', () => {
    const { made } = device();
    const lmk = made.lmk();
    const context = new LmkContext(lmk);
    const token = lmk.keys.seal(lmk.defaultLmk, context.newKey('S'), {
      row: KEY_ROLES.zpk,
      scheme: 'S',
    });
    context.key(token, 'zpk');
    expect(lmk.keys.held).toBe(1);
    made.tamper();
    expect(lmk.keys.held).toBe(0);
    expect(lmk.shut).toBe('13');
  });

  it('answers 41 while a self-test of the device has failed', () => {
    expect(device(false).made.lmk().shut).toBe('41');
  });

  it('writes refusals by settings and the authorised state into the audit chain', () => {
    const { made, entries } = device();
    const lmk = made.lmk();
    lmk.refused('A0', '27', 'no-single-length-keys');
    lmk.consent('one');
    lmk.consent('two');
    lmk.cancelAuthorisation('two');
    expect(entries().slice(-4)).toMatchObject([
      { event: 'refused', command: 'A0', code: '27', rule: 'no-single-length-keys' },
      { event: 'authorisation-consent', who: 'one' },
      { event: 'authorised', who: 'two' },
      { event: 'authorisation-ended', who: 'two' },
    ]);
  });

  it('writes one refusal of a kind in a minute, and how many there were', () => {
    const { made, entries } = device();
    let now = 1_000_000;
    const lmk = made.lmk({ clock: () => now });
    const before = entries().length;
    for (let n = 0; n < 1_000; n++) lmk.refused('BA', '17', 'authorisation-needed');
    lmk.refused('A0', '27', 'no-single-length-keys');
    now += 60_000;
    lmk.refused('BA', '17', 'authorisation-needed');
    expect(entries().slice(before)).toMatchObject([
      { command: 'BA', rule: 'authorisation-needed' },
      { command: 'A0' },
      { command: 'BA', detail: '999 more before' },
    ]);
  });

  it('lets nobody look into its keys and PINs by what it gives out', () => {
    const lmk = new LmkDevice({ random, mode: 'legacy' });
    const context = new LmkContext(lmk);
    const pin = context.openPin(sealedPin(context), '123456789012');
    expect(Object.keys(pin)).toEqual([]);
    expect(JSON.stringify(pin)).toBe('{}');
  });
});

/** A field that opens to some PIN: random ones are tried. */
function sealedPin(context: LmkContext): string {
  for (let n = 0; n < 100_000; n++) {
    const field = String(n).padStart(5, '0');
    try {
      context.openPin(field, '123456789012');
      return field;
    } catch {
      // Not a PIN of this account.
    }
  }
  throw new Error('no field opens');
}
