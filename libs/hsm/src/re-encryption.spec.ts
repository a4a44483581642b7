/**
 * Whatever is sealed under the master keys outlives a change of them. No kind of token can be
 * forgotten: what the declarations give out and what the sources seal is compared with the kinds that
 * are made here, re-encrypted and used again.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DesKey } from '@pinfold/crypto';
import { encryptPinBlock } from '@pinfold/pin';
import { COMMAND_NAMES, type CommandName, commandNamed } from './commands/index.js';
import type { FieldSpec } from './declare/field.js';
import { KEY_TYPES, type KeyType } from './keys/key-types.js';
import { RSA_USAGE_NAMES } from './keys/rsa-keys.js';
import { USAGE_NAMES, USAGES, type UsageName } from './keys/usages.js';
import { valued } from './testing.js';
import { type KeyBench, keyBench } from './testing-keys.js';
import type { Part } from './tokens/header.js';

/** What seals under the master keys, file by file, and the command that brings it over. */
const SEALERS: Readonly<Record<string, CommandName>> = {
  'tokens/hardened.ts': 'ReEncryptToken',
  'tokens/legacy.ts': 'ReEncryptToken',
  'keys/rsa-keys.ts': 'ReEncryptRsaKey',
  'pin/verification-record.ts': 'ReEncryptRecord',
  'pin/sealed-value.ts': 'ReEncryptRecord',
};

const PAN = '4000000000000010';

/** Changes the master keys by a ceremony; the old ones stay until they are erased. */
function changeMasterKeys({ device }: KeyBench): void {
  for (const name of ['ann', 'bob', 'cid']) {
    const custodian = device.session({ name, role: 'custodian' });
    valued(device.execute(custodian, 'ContributeMasterKeyComponent', {}));
  }
  const officers = ['olga', 'otto'].map((name) => ({ name, role: 'officer' as const }));
  valued(device.execute(device.session(officers), 'CompleteMasterKeys', {}));
}

/** A token of some kind, and a question whose answer must be the same after the change. */
interface Kept {
  readonly type: KeyType;
  readonly part: Part;
  readonly usage: UsageName;
  readonly token: string;
  use(token: string): unknown;
}

function checkValue(bench: KeyBench) {
  return (key: string) => bench.ask('keyManager', 'KeyCheckValue', { key });
}

/** A MAC between two parts is bound to the token of its key: begun again, not brought over. */
const BEGUN_AGAIN: readonly UsageName[] = ['MACSTATE'];
const PARTS: readonly Part[] = ['key', 'data', 'share'];

/** Usages whose tokens are made by commands of their own, not in ceremonies. */
const APART: readonly UsageName[] = ['STOREDPIN', 'MACSTATE', 'KEK'];

function keysOfCeremonies(bench: KeyBench): Kept[] {
  const usages = USAGE_NAMES.filter((usage) => !APART.includes(usage));
  return usages.map((usage) => {
    const { type, algorithms } = USAGES[usage];
    const algorithm = algorithms[0];
    const token = bench.key(type, { usage, algorithm });
    return { type, part: 'key', usage, token, use: checkValue(bench) };
  });
}

function othersOf(bench: KeyBench): Kept[] {
  const { ask, load } = bench;
  const zpkHex = '0123456789ABCDEFFEDCBA9876543210';
  const zpk = load('ZPK', zpkHex);
  const block = (pin: string) =>
    encryptPinBlock({
      format: 'iso0',
      key: DesKey.of(Buffer.from(zpkHex, 'hex')),
      pin,
      pan: PAN,
    });
  const asked = { pan: PAN, key: zpk, format: 'iso0' } as const;
  const { storedPin } = valued(
    ask('pinIssuance', 'StorePin', { ...asked, pinBlock: block('4271') }),
  );
  const context = 'a context';
  const { wrapped } = valued(ask('production', 'GenerateDataKey', { context }));
  const { wrapped: counted } = valued(ask('production', 'GenerateDataKey', { context, uses: 1 }));
  const kek = valued(ask('keyManager', 'GenerateTypedKey', { kind: 'KEKKey' as never }));
  const { shares } = valued(ask('keyManager', 'GenerateKeyShares', { type: 'ZCK', shares: 2 }));
  const open = (token: string) => ask('production', 'DecryptDataKey', { wrapped: token, context });
  const renewedZpk = () =>
    valued(ask('keyManager', 'ReEncryptToken', { type: 'WK', token: zpk })).token;
  let zpkNow = zpk;
  return [
    {
      type: 'PIN',
      part: 'key',
      usage: 'STOREDPIN',
      token: storedPin,
      use: (token) => {
        if (token !== storedPin) zpkNow = renewedZpk();
        const verify = { ...asked, key: zpkNow, storedPin: token, pinBlock: block('4271') };
        return ask('production', 'VerifyStoredPin', verify);
      },
    },
    { type: 'TCK', part: 'data', usage: 'DEK', token: wrapped, use: open },
    {
      type: 'TCK',
      part: 'data',
      usage: 'DEK',
      token: counted,
      // Its one use is left for after the change.
      use: (token) => ({ ok: open(token === counted ? wrapped : token).ok }),
    },
    { type: 'TCK', part: 'key', usage: 'KEK', token: kek.key, use: checkValue(bench) },
    {
      type: 'ZCK',
      part: 'share',
      usage: 'ZCK',
      token: shares[0]!,
      use: (token) => {
        if (token === shares[0]) return { ok: true };
        const other = { type: 'ZCK', token: shares[1]! } as const;
        const second = valued(ask('keyManager', 'ReEncryptToken', other)).token;
        const combine = { type: 'ZCK' as const, shares: [token, second] };
        return { ok: ask('custodian', 'CombineKeyShares', combine).ok };
      },
    },
  ];
}

describe.each(['hardened', 'legacy'] as const)('after a change of master keys, %s', (mode) => {
  it('keys of every usage, data keys, stored PINs and shares are what they were', () => {
    const bench = keyBench(mode);
    const kept = [...keysOfCeremonies(bench), ...(mode === 'hardened' ? othersOf(bench) : [])];
    const before = kept.map(({ token, use }) => use(token));
    for (const [i, answer] of before.entries()) {
      expect({ usage: kept[i]!.usage, answer }).toMatchObject({ answer: { ok: true } });
    }
    if (mode === 'hardened') {
      const covered = new Set(kept.map(({ usage }) => usage));
      expect(USAGE_NAMES.filter((usage) => !covered.has(usage))).toEqual(BEGUN_AGAIN);
      expect(new Set(kept.map(({ part }) => part))).toEqual(new Set(PARTS));
    }
    changeMasterKeys(bench);
    kept.forEach(({ type, token, usage, use }, i) => {
      const renewed = valued(bench.ask('keyManager', 'ReEncryptToken', { type, token })).token;
      expect(renewed).not.toBe(token);
      expect({ usage, answer: use(renewed) }).toEqual({ usage, answer: before[i] });
      if (mode === 'hardened')
        expect(bench.ask('keyManager', 'ReEncryptToken', { type, token: renewed })).toMatchObject({
          code: 'TOKEN_INVALID',
        });
    });
  });

  it('RSA keys of every usage are what they were, and keep their usage', () => {
    const { device, ask, ...bench } = keyBench(mode);
    for (const usage of RSA_USAGE_NAMES) {
      const { rsaKey, publicKey } = valued(
        ask('keyManager', 'GenerateRsaKey', { bits: '2048', usage }),
      );
      changeMasterKeys({ device, ask, ...bench });
      expect(ask('production', 'RsaPublicKey', { rsaKey })).toMatchObject({
        code: 'TOKEN_INVALID',
      });
      const again = device.clone();
      for (const each of [device, again]) {
        const renew = each.execute(
          each.session({ name: 'k', role: 'keyManager' }),
          'ReEncryptRsaKey',
          { rsaKey },
        );
        const renewed = valued(renew).rsaKey;
        expect(renewed.slice(0, 4)).toBe(rsaKey.slice(0, 4));
        const asked = { rsaKey: renewed };
        expect(
          valued(
            each.execute(each.session({ name: 'p', role: 'production' }), 'RsaPublicKey', asked),
          ),
        ).toEqual({ publicKey });
      }
    }
  });

  it('records of both methods still verify', () => {
    const bench = keyBench(mode);
    const { ask, key } = bench;
    const card = { pan: PAN, seed: 's', method: 'visa-pvv', pvki: '1' } as const;
    const pvk = key('P', { usage: 'PVK' });
    const { record } = valued(ask('production', 'IssueDemoPin', { ...card, pvk }));
    changeMasterKeys(bench);
    const renewedKey = valued(ask('keyManager', 'ReEncryptToken', { type: 'P', token: pvk })).token;
    const asked = { pan: PAN, record, pvk: renewedKey };
    const renewed = valued(ask('production', 'ReEncryptRecord', asked)).record;
    expect(renewed.split('.').slice(0, 4)).toEqual(record.split('.').slice(0, 4));
  });
});

it('a counted data key keeps its count, and gains none by being re-encrypted twice', () => {
  const bench = keyBench('hardened');
  const { ask } = bench;
  const context = 'c';
  const { wrapped } = valued(ask('production', 'GenerateDataKey', { context, uses: 2 }));
  const open = (token: string) =>
    ask('production', 'DecryptDataKey', { wrapped: token, context }).ok;
  expect(open(wrapped)).toBe(true);
  changeMasterKeys(bench);
  const renew = () =>
    valued(ask('keyManager', 'ReEncryptToken', { type: 'TCK', token: wrapped })).token;
  const [first, second] = [renew(), renew()];
  expect([open(first), open(first), open(second)]).toEqual([true, false, false]);
});

describe('nothing is forgotten', () => {
  const sources = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return sources(path);
      return path.endsWith('.ts') && !path.endsWith('.spec.ts') ? [path] : [];
    });

  it('of what reads a master key', () => {
    const root = new URL('.', import.meta.url).pathname;
    const found = sources(root).filter((path) => /\.exposeKey\(/.test(readFileSync(path, 'utf8')));
    expect(found.map((path) => relative(root, path)).sort()).toEqual(Object.keys(SEALERS).sort());
  });

  it('of the commands that bring over', () => {
    const named = COMMAND_NAMES.filter((name) => name.startsWith('ReEncrypt'));
    expect([...new Set(Object.values(SEALERS))].sort()).toEqual([...named].sort());
  });

  it('of what commands give out: every type and part of tokens, by one of the above', () => {
    const given = new Set<string>();
    const note = (spec: FieldSpec): void => {
      if (spec.kind === 'token') {
        for (const type of spec.slot.types) given.add(`${type} ${spec.slot.part}`);
      } else if (spec.kind === 'list') note(spec.of.spec);
      else if (spec.kind === 'object') {
        for (const one of Object.values(spec.fields)) note(one.spec);
      }
    };
    for (const name of COMMAND_NAMES) {
      for (const { spec } of Object.values(commandNamed(name)!.output)) note(spec);
    }
    const parts = new Set([...given].map((one) => one.split(' ')[1]));
    expect(parts).toEqual(new Set(PARTS));
    expect([...given].every((one) => Object.hasOwn(KEY_TYPES, one.split(' ')[0]!))).toBe(true);
  });
});
