/** The batch forms of PIN commands answer as one command after the other would, limits included. */
import { DesKey, encryptEcb, fromHex } from '@pinfold/crypto';
import { encryptPinBlock } from '@pinfold/pin';
import fc from 'fast-check';
import { pinV } from '../commands/pins/pin-v.js';
import { translatePinBlock } from '../commands/pins/translate-pin-block.js';
import { verifyPin } from '../commands/pins/verify-pin.js';
import { shapeCheck } from '../declare/field.js';
import type { HsmJob } from '../device.js';
import type { Mode } from '../policy/policy.js';
import { seededRandom, valued } from '../testing.js';
import { keyBench } from '../testing-keys.js';

const PANS = ['4000000000000010', '4000000000000028', '5123456789012'];
const NAMES = ['VerifyPin', 'PIN_V', 'TranslatePinBlock'] as const;
type Name = (typeof NAMES)[number];
const DECLARED = { VerifyPin: verifyPin, PIN_V: pinV, TranslatePinBlock: translatePinBlock };

function inputsOf(mode: Mode, without: string[] = []) {
  const bench = keyBench(mode, {
    policy: { without },
    cachedKeys: 40,
    limits: {
      account: { capacity: 4, refillMs: 1e9 },
      block: { capacity: 3, refillMs: 1e9 },
      device: { capacity: 40, refillMs: 1e9 },
    },
  });
  const { device, as, ask } = bench;
  const working = () =>
    valued(ask('production', 'GenerateWorkingKey', { usage: 'ZPK', algorithm: 'T' })).key;
  const keys = Array.from({ length: 12 }, working);
  const pvk = bench.key('P', { usage: 'PVK' });
  const pgk = bench.key('P', { usage: 'PGK' });
  const table = '0123456789012345';
  const { tableId } = valued(ask('keyManager', 'RegisterDecimalisationTable', { table }));
  device.execute(as('officer'), 'ActivateDecimalisationTable', { tableId });
  const random = seededRandom('blocks');
  const blockOf = (key: string, pan: string, pin: string, format: 'iso0' | 'iso1' | 'iso3') =>
    encryptPinBlock({ format, key: DesKey.of(bench.clear(key)), pin, pan, random });
  const records = PANS.map((pan) => {
    const at = { pan, pinBlock: blockOf(keys[0]!, pan, '8341', 'iso0'), key: keys[0]! };
    const made = (method: 'visa-pvv' | 'ibm3624', key: string) =>
      valued(
        ask('pinIssuance', 'CreateVerificationRecord', {
          ...at,
          format: 'iso0',
          method,
          pvk: key,
          pvki: '1',
          tableId,
        }),
      ).record;
    return { visa: made('visa-pvv', pvk), ibm: made('ibm3624', pgk) };
  });
  const nonsense = (key: string) =>
    encryptEcb(DesKey.of(bench.clear(key)), fromHex('0F1234FFFFFFFFFF'));

  const choice = fc.record({
    key: fc.nat(keys.length - 1),
    to: fc.nat(keys.length - 1),
    account: fc.nat(PANS.length - 1),
    pin: fc.constantFrom('8341', '8341', '8341', '1234', '123456'),
    format: fc.constantFrom('iso0' as const, 'iso0' as const, 'iso3' as const, 'iso1' as const),
    ibm: fc.boolean(),
    fault: fc.constantFrom('', '', '', '', 'token', 'record', 'pan', 'block', 'format', 'bytes'),
  });
  type Choice = typeof choice extends fc.Arbitrary<infer T> ? T : never;
  const inputOf = (name: Name, c: Choice) => {
    const key = keys[c.key]!;
    const pan = PANS[c.account]!;
    const record = records[c.account]!;
    const block = c.fault === 'block' ? nonsense(key) : blockOf(key, pan, c.pin, c.format);
    const common = {
      pinBlock: c.fault === 'bytes' ? block.subarray(1) : block,
      pan: c.fault === 'pan' ? `${pan}x` : pan,
      key: c.fault === 'token' ? `${key.slice(0, -2)}00` : key,
      format: c.fault === 'format' ? 'iso4' : c.format,
    };
    const wrongRecord = (text: string) => (c.fault === 'record' ? text.replace(/\d/g, '5') : text);
    if (name === 'VerifyPin') {
      const [own, text] = c.ibm ? [pgk, record.ibm] : [pvk, record.visa];
      return { ...common, pvk: own, record: wrongRecord(text) };
    }
    if (name === 'PIN_V') {
      return {
        ...common,
        pvk: pgk,
        validationData: pan.slice(-16).padEnd(16, 'F'),
        length: 4,
        table: tableId,
        offset: '0000',
        record: wrongRecord(record.ibm),
      };
    }
    const { pinBlock, pan: account, key: from, format } = common;
    return {
      pinBlock,
      pan: account,
      from: { key: from, format },
      // Format 0 has no random fill: both forms must give the same bytes.
      to: { key: keys[c.to]!, format: 'iso0' },
      ...(c.fault === 'record' ? { newPan: PANS[0] } : {}),
    };
  };
  return { device, choice, inputOf };
}

describe.each([
  ['hardened', []],
  ['hardened', ['M4', 'M5', 'M2', 'M3']],
  ['legacy', []],
] as const)('PIN commands in batches, %s without %p', (mode, without) => {
  const { device, choice, inputOf } = inputsOf(mode, [...without]);

  it.each(NAMES)('%s', (name) => {
    fc.assert(
      fc.property(fc.array(choice, { minLength: 1, maxLength: 60 }), (choices) => {
        const [one, many] = [device.clone(), device.clone()];
        const jobs = choices.map((c) => ({ command: name, input: inputOf(name, c) })) as HsmJob[];
        const session = (on: typeof device) => on.session({ name: 'x', role: 'production' });
        const alone = session(one);
        const expected = jobs.map((job) => one.execute(alone, job.command, job.input));
        expect(many.executeMany(session(many), jobs)).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });
});

describe('input checks that are written out', () => {
  const { choice, inputOf } = inputsOf('hardened');
  const strange = fc.constantFrom<unknown>(
    undefined,
    null,
    0,
    5,
    '',
    'iso9',
    '12',
    {},
    [],
    'x'.repeat(300),
  );

  it.each(NAMES)('%s accepts what its fields accept', (name) => {
    const { input: fields, accepts } = DECLARED[name];
    const check = shapeCheck(fields);
    const members = [...Object.keys(fields), 'from.key', 'from.format', 'to.format'];
    fc.assert(
      fc.property(choice, fc.option(fc.constantFrom(...members)), strange, (c, member, value) => {
        const input: Record<string, unknown> = { ...inputOf(name, c) };
        const [outer, inner] = (member ?? '').split('.');
        if (inner !== undefined) input[outer!] = { ...(input[outer!] as object), [inner]: value };
        else if (outer !== '') input[outer!] = value;
        expect(accepts(input)).toBe(check(input));
        expect(accepts(value)).toBe(check(value));
      }),
      { numRuns: 300 },
    );
  });
});
