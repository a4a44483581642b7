/** The consoles of payShields, against host devices: what they form is the key of the components. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { combineComponents, fromHex, toHex } from '@pinfold/crypto';
import { keyBlockLmk, type Lmk, testLmks, variantLmk } from '@pinfold/hsm';
import { type HsmPool, HsmUnavailable, readPayshieldToken } from '@pinfold/hsm-client';
import { ask, type TestDeviceOptions, testDevice } from '../../../host-commands/src/testing.js';
import { CONSOLE_KEYS, type ConsoleKeyName, type ConsoleWish } from './key-console.js';
import type { LmkFacts } from './lmk-facts.js';
import { openConsole } from './open-console.js';
import { Payshields } from './payshields.js';
import { formUnderTestLmk } from './test-lmk.js';
import { TestLmkConsole } from './test-lmk-console.js';

const folder = mkdtempSync(join(tmpdir(), 'pinfold-payshield-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TABLE = '0123456789012345';
const bytes = (length: number) => Uint8Array.from(randomBytes(length));

/** Payshields that are a host device in the process. */
function payshieldsOf(options: TestDeviceOptions, lmk: string | null = null) {
  const device = testDevice(options);
  const pool = { send: async (command: string) => ask(device, command), status: () => [{}] };
  return { payshields: new Payshields({ pool: pool as unknown as HsmPool, lmk }), device };
}

function wish(key: ConsoleKeyName, algorithm: 'T' | 'A' = 'T'): ConsoleWish {
  const length = algorithm === 'A' ? 32 : 16;
  const components = ['ann', 'bob'].map((custodian) => ({ custodian, component: bytes(length) }));
  return {
    key,
    owner: 'bank-a',
    algorithm,
    components,
    checkValue: checkValueOf(components, algorithm),
  };
}

/** As the institution's own device says it to the custodians. */
function checkValueOf(components: ConsoleWish['components'], algorithm: 'T' | 'A'): string {
  const sum = combineComponents(components.map(({ component }) => component));
  const device = testDevice({ mode: 'legacy' }).module;
  return device.keys.checkValue(device.keys.opened(sum, algorithm));
}

const open = (payshields: Payshields, o: { known?: LmkFacts; person?: Person } = {}) =>
  openConsole({ payshields, folder, person: undefined, ...o });

describe.each([
  ['00', 'legacy', 'T'],
  ['01', 'hardened', 'T'],
  ['01', 'hardened', 'A'],
  ['02', 'legacy', 'T'],
] as const)('test LMK %s of a %s device, keys %s', (lmk, mode, algorithm) => {
  const { payshields } = payshieldsOf({ mode }, lmk);

  it.each(['ZMK', 'TMK', ...(algorithm === 'T' ? (['PVK', 'PGK'] as const) : [])] as const)(
    'forms a %s that a payShield knows',
    async (key) => {
      const console = await open(payshields);
      const wanted = wish(key, algorithm);
      const { token, checkValue } = await console.formKey(wanted);
      expect(checkValue).toBe(wanted.checkValue);
      const held = readPayshieldToken(token)!;
      expect(held.role).toBe(key === 'PGK' ? 'PVK' : key);
      expect(await payshields.checkValueOf(held.key, CONSOLE_KEYS[key].type)).toBe(checkValue);
    },
  );
});

it('gives the decimalisation table enciphered, and in clear where no payShield takes that', async () => {
  const console = await open(payshieldsOf({ mode: 'hardened' }).payshields);
  const { token } = await console.formKey(wish('PGK'));
  expect(await console.encipherTable(TABLE, token)).toMatch(/^L[0-9A-F]{32}$/);
  const [lmk] = testLmks('hardened');
  const taking = (...forms: string[]) =>
    new TestLmkConsole(lmk!, {
      refusalOfTable: async (table) => (forms.includes(table) ? undefined : '25'),
    });
  expect(await taking(TABLE).encipherTable(TABLE, token)).toBe(TABLE);
  await expect(taking().encipherTable(TABLE, token)).rejects.toThrow(
    'neither enciphered nor in clear (EE answered 25, 25)',
  );
});

it('forms no key whose components are not those of the check value, and none that cannot be', async () => {
  const legacy = await open(payshieldsOf({ mode: 'legacy' }).payshields);
  await expect(legacy.formKey({ ...wish('ZMK'), checkValue: '000000' })).rejects.toThrow(
    'another key',
  );
  const { component } = wish('ZMK').components[0]!;
  const equal = ['ann', 'bob'].map((custodian) => ({ custodian, component }));
  await expect(legacy.formKey({ ...wish('ZMK'), components: equal })).rejects.toThrow(
    'the zone master key of bank-a cannot be under LMK 00 variant, published test value: 11',
  );
});

it('takes a ZPK under the zone master key in either form, under either kind of LMK', async () => {
  for (const [lmk, scheme] of [
    ['00', 'X'],
    ['00', 'R'],
    ['01', 'X'],
    ['01', 'R'],
  ] as const) {
    const { payshields, device } = payshieldsOf({ mode: 'legacy' }, lmk);
    const zmk = (await (await open(payshields)).formKey(wish('ZMK'))).token;
    const { key } = readPayshieldToken(zmk)!;
    const made = lmk === '00' ? 'A01001U;0' : 'A01FFFS;0';
    const header = lmk === '00' ? '' : `#72T2N00${scheme === 'R' ? 'E' : 'S'}00`;
    const reply = ask(device, `${made}${key}${scheme}%${lmk}${header}`);
    const sent = new RegExp(`${scheme === 'X' ? 'X([0-9A-F]{32})' : 'R(.*)'}([0-9A-F]{6})$`).exec(
      reply,
    )!;
    const taken = await payshields.takePinKey({ keyBlock: sent[1]!, zmk });
    expect({ lmk, scheme, checkValue: taken.checkValue }).toEqual({
      lmk,
      scheme,
      checkValue: sent[2],
    });
    const held = readPayshieldToken(taken.token)!;
    expect(await payshields.checkValueOf(held.key, '001')).toBe(sent[2]);
  }
});

it('takes no ZPK of another zone master key', async () => {
  const { payshields } = payshieldsOf({ mode: 'hardened' });
  const zmk = (await (await open(payshields)).formKey(wish('ZMK'))).token;
  const keyBlock = `B0080P0TE00E0000${'0'.repeat(64)}`;
  await expect(payshields.takePinKey({ keyBlock, zmk })).rejects.toThrow(
    /^no payShield takes a ZPK under the zone master key \(A6 answered \w\w\)$/,
  );
});

describe('no console', () => {
  it('where the keys that are there are under another LMK', async () => {
    const known = (await open(payshieldsOf({ mode: 'legacy' }).payshields)).lmk;
    await expect(open(payshieldsOf({ mode: 'hardened' }).payshields, { known })).rejects.toThrow(
      /^the payShields have an LMK with check value [0-9A-F]{6}, and the keys are under LMK 00 variant/,
    );
  });

  it('where the device has no such LMK', async () => {
    await expect(open(payshieldsOf({ mode: 'hardened' }, '07').payshields)).rejects.toThrow(
      /^the payShields of PINFOLD_HSM_URLS have no LMK 07 that works \(NC answered \w\w\)/,
    );
  });

  it('where two have different LMKs', async () => {
    const devices = [secretLmk('A'), secretLmk('A')].map((lmk) => testDevice({ lmks: [lmk] }));
    let next = 0;
    const pool = {
      send: async (command: string) => ask(devices[next++ % 2]!, command),
      status: () => devices,
    };
    const payshields = new Payshields({ pool: pool as unknown as HsmPool, lmk: null });
    await expect(open(payshields)).rejects.toThrow(
      /have different LMKs, with check values [0-9A-F]{6} and [0-9A-F]{6}; keys are under one$/,
    );
  });

  it('where the port is one of institutions’ devices', async () => {
    const pool = { send: async () => `ND00${'0'.repeat(16)}0001-0001`, status: () => [{}] };
    const payshields = new Payshields({ pool: pool as unknown as HsmPool, lmk: null });
    await expect(open(payshields)).rejects.toThrow('tcp://host:port leads to them');
  });

  it('where none answers', async () => {
    const send = async () => {
      throw new HsmUnavailable('NO_DEVICE');
    };
    const gone = new Payshields({
      pool: { send, status: () => [{}] } as unknown as HsmPool,
      lmk: null,
      untilUpMs: 10,
    });
    await expect(open(gone)).rejects.toThrow(
      'no payShield of PINFOLD_HSM_URLS answers (NO_DEVICE)',
    );
    expect(await gone.lmkCheckValueNow()).toBeUndefined();
  });

  it('where nobody can be asked', async () => {
    const { payshields } = payshieldsOf({ lmks: [secretLmk('A')] });
    await expect(open(payshields)).rejects.toThrow(
      'run `npx pinfold provision`, or for ISO 8583 lines',
    );
  });
});

/** An LMK that nobody has published. */
function secretLmk(kind: 'V' | 'D' | 'A'): Lmk {
  if (kind === 'A') return keyBlockLmk('03', toHex(bytes(32)));
  if (kind === 'D') return keyBlockLmk('03', toHex(bytes(24)));
  const test = testLmks('legacy')[0]!;
  const pairs = test.kind === 'variant' ? Object.keys(test.pairs) : [];
  return variantLmk('03', Object.fromEntries(pairs.map((pair) => [pair, toHex(bytes(16))])));
}

class Person {
  readonly told: string[] = [];
  /** Answers in order; a function is asked what to type when its turn has come. */
  constructor(readonly answers: (string | (() => string))[]) {}

  tell(line: string): void {
    this.told.push(line);
  }

  async ask(): Promise<string> {
    const answer = this.answers.shift();
    if (answer === undefined) throw new Error('asked too often');
    return typeof answer === 'string' ? answer : answer();
  }
}

/** What a custodian does at the console with the envelopes that lie in the folder. */
const atConsole = (lmk: Lmk, key: ConsoleKeyName, algorithm: 'T' | 'A') => (): string => {
  const letters = readdirSync(folder).filter((name) => name.startsWith(key));
  expect(letters).toHaveLength(2);
  for (const name of letters) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  const components = letters.map((name) =>
    fromHex(JSON.parse(readFileSync(join(folder, name), 'utf8')).component),
  );
  const { type, usage } = CONSOLE_KEYS[key];
  const header = { usage, modeOfUse: 'N', keyVersion: '00', exportability: 'N' };
  const scheme = lmk.kind === 'variant' ? 'U' : 'S';
  const attributes = lmk.kind === 'variant' ? {} : { attributes: header };
  return formUnderTestLmk(lmk, { components, type, scheme, algorithm, ...attributes }).token;
};
const envelopesLeft = () => (existsSync(folder) ? readdirSync(folder) : []);

describe.each([
  ['V', 'T', 'type 000, scheme U'],
  ['D', 'T', 'scheme S, usage 52, algorithm T'],
  ['A', 'A', 'scheme S, usage 52, algorithm A'],
] as const)('a person at the console, LMK %s', (kind, algorithm, command) => {
  const lmk = secretLmk(kind);
  const { payshields } = payshieldsOf({ mode: 'legacy', lmks: [lmk] }, '03');

  it('types what the console gives, and the envelopes are gone', async () => {
    const wanted = wish('ZMK', algorithm);
    const person = new Person([kind.toLowerCase(), 'no key', atConsole(lmk, 'ZMK', algorithm)]);
    const console = await open(payshields, { person });
    expect(console.lmk).toMatchObject({ aes: kind === 'A', checkValue: lmk.checkValue });
    const { token, checkValue } = await console.formKey(wanted);
    expect(checkValue).toBe(wanted.checkValue);
    const { key } = readPayshieldToken(token)!;
    expect(await payshields.checkValueOf(key, '000')).toBe(checkValue);
    expect(envelopesLeft()).toEqual([]);
    const told = person.told.join('\n');
    expect(told).toContain(`FK, LMK 03, ${command}`);
    expect(told).toContain('a key under the LMK is a scheme letter and its digits');
    for (const { component } of wanted.components) expect(told).not.toContain(toHex(component));
  });

  it('is asked three times at most, and the envelopes are gone then too', async () => {
    const other = await open(payshields, {
      person: new Person([kind, atConsole(lmk, 'ZMK', algorithm)]),
    });
    const { key } = readPayshieldToken((await other.formKey(wish('ZMK', algorithm))).token)!;
    const person = new Person([kind, key, `U${'0'.repeat(32)}`, key]);
    const console = await open(payshields, { person });
    await expect(console.formKey(wish('ZMK', algorithm))).rejects.toThrow('wrong 3 times');
    expect(person.told.join('\n')).toMatch(/a payShield says check value/);
    expect(envelopesLeft()).toEqual([]);
  });
});

it('a person enciphers the table where the payShields want that', async () => {
  const lmk = secretLmk('A');
  const { payshields, device } = payshieldsOf({ mode: 'hardened', lmks: [lmk] });
  device.module.authorise('ann', 'bob');
  const sealed = () => ask(device, `ED${TABLE}`).slice(4);
  const person = new Person([
    'A',
    atConsole(lmk, 'PGK', 'T'),
    'rubbish',
    `L${'0'.repeat(32)}`,
    sealed,
  ]);
  const console = await open(payshields, { person });
  const { token } = await console.formKey(wish('PGK'));
  expect(await console.encipherTable(TABLE, token)).toBe(sealed());
  expect(person.told).toContain('a payShield does not take this table (EE answered 25)');
});

it('a person is not asked what a variant LMK cannot do, nor for ever what LMK it is', async () => {
  const { payshields } = payshieldsOf({ mode: 'legacy', lmks: [secretLmk('V')] });
  const console = await open(payshields, { person: new Person(['V']) });
  await expect(console.formKey(wish('TMK', 'A'))).rejects.toThrow('is AES: LMK default variant');
  expect(envelopesLeft()).toEqual([]);
  await expect(open(payshields, { person: new Person(['x', '', 'AV']) })).rejects.toThrow(
    'nobody said what kind of LMK',
  );
});
