/**
 * The keys of the demo network at payShields, of each kind of LMK beside devices of each mode: what one end
 * sends the other takes, and the records of cards judge the PINs that the cards' holders know.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromHex, toHex } from '@pinfold/crypto';
import { ACQUIRER, demoCardNumber, FLEET, ISSUERS } from '@pinfold/flows';
import { keyBlockLmk, type Lmk, type Mode, testLmks, variantLmk } from '@pinfold/hsm';
import { type HsmClient, type HsmPool, payshieldClient } from '@pinfold/hsm-client';
import {
  aesKeysPossible,
  CONSOLE_HEADER,
  CONSOLE_KEYS,
  type ConsoleKeyName,
  formUnderTestLmk,
  type HsmAccess,
  IDENTITIES,
  Institution,
  issuerTokens,
  lmkOf,
  must,
  type OpenedKeys,
  openConsole,
  PAYSHIELD_NAMED,
  Payshields,
} from '@pinfold/institution';
import { ask, testDevice } from '../../../../libs/host-commands/src/testing.js';
import { payshieldRecords } from './payshield-records.js';
import { provisionKeys } from './provision-keys.js';

const bytes = (length: number) => Uint8Array.from(randomBytes(length));
const testLmk = (id: string): Lmk => testLmks('legacy').find((lmk) => lmk.id === id)!;
const root = mkdtempSync(join(tmpdir(), 'pinfold-at-payshields-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** LMKs that are no published ones: a person is at the console. */
function secretLmk(kind: 'variant' | 'key block, triple DES' | 'key block, AES'): Lmk {
  if (kind !== 'variant') return keyBlockLmk('05', toHex(bytes(kind.endsWith('AES') ? 32 : 24)));
  const test = testLmk('00');
  const pairs = test.kind === 'variant' ? Object.keys(test.pairs) : [];
  return variantLmk('05', Object.fromEntries(pairs.map((pair) => [pair, toHex(bytes(16))])));
}

/** At the console of a payShield with that LMK: reads the envelopes, enters FK, types what it printed. */
class Person {
  constructor(
    readonly lmk: Lmk,
    readonly folder: string,
  ) {}

  tell(): void {}

  async ask(question: string): Promise<string> {
    const { lmk } = this;
    if (question.startsWith('Its scheme')) {
      return lmk.kind === 'variant' ? 'V' : lmk.version === '1' ? 'A' : 'D';
    }
    if (question.startsWith('The enciphered table')) return this.#table();
    const letters = readdirSync(this.folder).map(
      (name) => JSON.parse(readFileSync(join(this.folder, name), 'utf8')) as Letter,
    );
    const { type, usage } = CONSOLE_KEYS[letters[0]!.key];
    const components = letters.map(({ component }) => fromHex(component));
    const variant = lmk.kind === 'variant';
    return formUnderTestLmk(lmk, {
      components,
      type,
      scheme: variant ? 'U' : 'S',
      algorithm: components[0]!.length === 32 ? 'A' : 'T',
      ...(variant ? {} : { attributes: { usage, ...CONSOLE_HEADER } }),
    }).token;
  }

  #table(): string {
    const device = testDevice({ mode: 'legacy', lmks: [this.lmk] });
    return ask(device, 'ED0123456789012345').slice(4);
  }
}

interface Letter {
  readonly key: ConsoleKeyName;
  readonly component: string;
}

describe.each<[Mode, string, Lmk]>([
  ['hardened', 'test, key block, AES', testLmk('01')],
  ['hardened', 'test, key block, triple DES', testLmk('02')],
  ['hardened', 'test, variant', testLmk('00')],
  ['legacy', 'test, key block, AES', testLmk('01')],
  ['legacy', 'test, variant', testLmk('00')],
  ['hardened', 'secret, key block, AES', secretLmk('key block, AES')],
  ['hardened', 'secret, key block, triple DES', secretLmk('key block, triple DES')],
  ['hardened', 'secret, variant', secretLmk('variant')],
])('%s devices, LMK %s', (mode, _name, lmk) => {
  const folder = mkdtempSync(join(root, 'network-'));
  const envelopes = join(folder, 'envelopes');
  const device = testDevice({ mode: 'legacy', lmks: [lmk] });
  const send = async (command: string) => ask(device, command);
  const pool = { send, status: () => [{}] } as unknown as HsmPool;
  const payshields = new Payshields({ pool, lmk: lmk.id });
  const open = (id: string) =>
    Institution.open({ id, dataDir: folder, mode, random: bytes, log: () => undefined });
  const parties = {
    fleet: open(FLEET.id),
    acquirer: open(ACQUIRER.id),
    issuers: new Map(ISSUERS.map(({ id }) => [id, open(id)])),
  };
  afterAll(() => {
    for (const party of [parties.fleet, parties.acquirer, ...parties.issuers.values()]) {
      party.close();
    }
  });

  beforeAll(async () => {
    const person = new Person(lmk, envelopes);
    const console = () => openConsole({ payshields, person, folder: envelopes });
    expect(await provisionKeys(parties, console)).toBe(true);
    expect(await provisionKeys(parties, console)).toBe(false);
  });

  const clientOf = (institution: Institution, { records }: OpenedKeys): HsmClient =>
    payshieldClient({
      pool,
      lmk: lmk.id,
      scheme: lmkOf(institution.provisioned)!.scheme,
      local: institution.as(IDENTITIES.production),
      records: records!,
      decimalisationTable: institution.provisioned.named[PAYSHIELD_NAMED.table],
    });
  const access = { payshields, of: clientOf } as unknown as HsmAccess;

  it('notes what LMK it is, and that the keys are under it', () => {
    const { world, named } = parties.acquirer.provisioned;
    expect(world).toBe('payshield');
    expect(lmkOf(parties.acquirer.provisioned)).toMatchObject({
      scheme: lmk.kind,
      aes: lmk.kind === 'key-block' && lmk.version === '1',
      checkValue: lmk.checkValue,
    });
    expect(Object.keys(named).filter((name) => name.startsWith('payshield.zmk'))).toHaveLength(4);
    expect(Object.keys(parties.issuers.get('bank-a')!.provisioned.named)).not.toContain('pvk');
  });

  it.each(ISSUERS.map(({ id }) => id))('moves working keys to %s', async (id) => {
    const issuer = parties.issuers.get(id)!;
    const here = clientOf(parties.acquirer, await parties.acquirer.openDataKeys());
    const there = clientOf(issuer, await issuer.openDataKeys());
    const zmk = PAYSHIELD_NAMED.zmk(id);
    const aes = aesKeysPossible(parties.acquirer.tokens, mode);
    for (const algorithm of aes ? (['T', 'A'] as const) : (['T'] as const)) {
      const made = await must(here, 'GenerateWorkingKey', { usage: 'ZPK', algorithm });
      const under = parties.acquirer.provisioned.named[zmk]!;
      const { keyBlock } = await must(here, 'ExportKey', { key: made.key, under });
      const { checkValue } = made;
      const taken = { keyBlock, under: issuer.provisioned.named[zmk]!, checkValue };
      await must(there, 'ImportKey', { ...taken, usage: 'ZPK' });
    }
  });

  it.each(ISSUERS.map((facts) => [facts.name, facts] as const))(
    'issues cards of %s',
    async (_, facts) => {
      const issuer = parties.issuers.get(facts.id)!;
      const keys = await issuer.openDataKeys();
      const seed = 'demo';
      const pans = Array.from({ length: 12 }, (_each, i) => demoCardNumber(facts, i + 1));
      const recordsOf = await payshieldRecords({ issuer, hsm: access, keys, facts, seed });
      const records = await recordsOf(pans);
      expect(new Set(records).size).toBe(pans.length);
      const hsm = clientOf(issuer, keys);
      const own = issuer.as(IDENTITIES.production);
      const { pvk } = issuerTokens(issuer.provisioned, facts.id);
      const made = await must(own, 'GenerateWorkingKey', { usage: 'ZPK', algorithm: 'T' });
      const under = issuer.provisioned.named[PAYSHIELD_NAMED.localZmk(facts.id)]!;
      const { keyBlock } = await must(own, 'ExportKey', { key: made.key, under });
      const zmk = issuer.provisioned.named[PAYSHIELD_NAMED.zmk(facts.id)]!;
      const { token: key } = await payshields.takePinKey({ keyBlock, zmk });
      const asked = { seed, key: made.key, format: 'iso0' } as const;
      const typed = pans.map((pan) => ({ pan, ...asked }));
      const blocks = await own.run('DemoPinBlock', typed);
      const judged = async (recordAt: (i: number) => string) => {
        const inputs = blocks.map((block, i) => {
          if (!block.ok) throw new Error(block.code);
          const { pinBlock } = block.value;
          const record = recordAt(i);
          return { pinBlock, pan: pans[i]!, key, format: 'iso0' as const, pvk, record };
        });
        const answers = await hsm.run('VerifyPin', inputs);
        return answers.map((answer) => (answer.ok ? 'right' : answer.code));
      };
      expect(await judged((i) => records[i]!)).toEqual(pans.map(() => 'right'));
      expect(new Set(await judged((i) => records[(i + 1) % records.length]!))).toEqual(
        new Set(['RECORD_INVALID']),
      );
    },
  );
});
