/** Every usage that a ceremony can make: made, told apart from the others, and put to no other use. */
import { MODES } from '../policy/policy.js';
import { valued } from '../testing.js';
import { keyBench } from '../testing-keys.js';
import { USAGE_NAMES, USAGES, type UsageFacts } from './usages.js';

/** Seals of the device's own, and never keys that shares combine to. */
const OWN_SEALS = ['STOREDPIN', 'MACSTATE'];
const made = USAGE_NAMES.filter((name) => !OWN_SEALS.includes(name));

it('numbers and names are distinct, and fit their masks and labels', () => {
  const ids = USAGE_NAMES.map((name) => USAGES[name].id as number);
  expect(new Set(ids).size).toBe(ids.length);
  expect(Math.max(...ids)).toBeLessThan(31);
  for (const name of USAGE_NAMES) expect(name).toMatch(/^[A-Z]{2,9}$/);
});

describe.each(MODES)('a %s device', (mode) => {
  const { ask, key } = keyBench(mode);
  const keys = new Map(made.map((name) => [name, key(USAGES[name].type, { usage: name })]));

  it.each(made)('makes %s from shares', (name) => {
    const checked = ask('keyManager', 'KeyCheckValue', { key: keys.get(name)! });
    expect(valued(checked).checkValue).toMatch(/^[0-9A-F]{6}$/);
    const facts: UsageFacts = USAGES[name];
    const [carrier] = facts.transport;
    // A legacy token cannot say that its key is for HMAC, so no key block can be made of it.
    const nameless = mode === 'legacy' && name === 'HMK';
    if (carrier === undefined || nameless) return;
    const under = key(carrier);
    const sent = ask('keyManager', 'ExportKeyBlock', { key: keys.get(name)!, under });
    const { keyBlock, checkValue } = valued(sent);
    expect(checkValue).toBe(valued(checked).checkValue);
    const back = ask('keyManager', 'ImportKeyBlock', { keyBlock, under, usage: name });
    expect(valued(back).checkValue).toBe(checkValue);
  });

  it('a PVK verifies PINs, and does nothing else', () => {
    const pvk = keys.get('PVK')!;
    const bytes = (length: number) => new Uint8Array(length);
    const pan = '4000000000000010';
    const card = { imk: pvk, pan, atc: bytes(2) };
    const asked = { bdk: pvk, ksn: bytes(10), data: bytes(8), mac: bytes(8) };
    const answers = [
      ask('pinIssuance', 'GenerateCardCode', { key: pvk, code: 'cvv2', pan, expiry: '2912' }),
      ask('production', 'VerifyDukptMac', asked),
      ask('production', 'GenerateMac', { key: pvk, data: bytes(8) }),
      ask('production', 'GenerateMessageMac', { key: pvk, algorithm: 'iso9797-3', data: bytes(8) }),
      ask('production', 'EncryptScriptData', {
        ...card,
        session: 'visa',
        cryptogram: bytes(8),
        data: bytes(8),
        encryption: 'emv',
      }),
      ask('production', 'DecryptDukptData', asked),
    ];
    if (mode === 'legacy') return;
    for (const answer of answers) expect(answer).toEqual({ ok: false, code: 'TOKEN_INVALID' });
    const issued = ask('pinIssuance', 'GeneratePin', { pan, method: 'visa-pvv', pvk, pvki: '1' });
    expect(issued.ok).toBe(true);
  });
});
