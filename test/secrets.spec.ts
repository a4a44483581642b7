/**
 * Nobody who reads topics, tables, logs, metrics or the data folder learns a card number, a PIN or a
 * key. The whole network runs with withdrawals of every kind at the most talkative log level; then
 * everything that it left is searched, in every form. What is planted on purpose is found.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { EmbeddedBus } from '@pinfold/bus';
import { AesKey, DesKey } from '@pinfold/crypto';
import { DEMO_EXPIRY, demoCardNumber, ISSUERS, OPENING_BALANCE_MINOR } from '@pinfold/flows';
import { Device, MasterKeySet } from '@pinfold/hsm';
import { IDENTITIES, issuerTopology, wireOf } from '@pinfold/institution';
import { type BusRecord, maskPan, Sealer, TOPICS } from '@pinfold/messages';
import { encodePinBlock } from '@pinfold/pin';
import {
  type AppContext,
  createLogger,
  Health,
  loadConfiguration,
  Metrics,
  Shutdown,
} from '@pinfold/platform';
import pg from 'pg';
import { hopsOf } from '../apps/pinfold/src/narration/hops.js';
import { startFleetApp } from '../apps/pinfold/src/system/fleet-app.js';
import { type System, startSystem } from '../apps/pinfold/src/system/system.js';
import { until } from '../libs/platform/src/testing/until.js';
import { testFolder } from './support/program.js';
import { SecretSearch } from './support/secret-search.js';

jest.setTimeout(300_000);

/** Sequences with digits that nothing else has: low numbers are full of noughts. */
const SEQUENCES = { 'bank-a': 738_194_625, 'bank-b': 286_417_359 } as const;
const CANARY_PIN = '927461835046';
/** Files that hold one key each, by design, mode 0600; nobody else may hold it. */
const KEY_FILES = new Set(['device.key', 'pin-pads.key']);
/** Keys of known-answer tests and noughts are no secrets. */
const DISTINCT_BYTES_MIN = 7;

const keys = new Map<string, Uint8Array>();
const heard: BusRecord[] = [];
let dropAnswers = false;
let dropped = 0;
const isAnswer = (topic: string, { type }: BusRecord['headers']): boolean =>
  topic === TOPICS.atmAnswers && type === '0210';

/** Sees every key that any cipher of the process is set up with, and every record that is sent. */
function listen(): void {
  const note = (bytes: Uint8Array) => {
    if (bytes.length < 16 || new Set(bytes).size < DISTINCT_BYTES_MIN) return;
    keys.set(Buffer.from(bytes).toString('hex'), Uint8Array.from(bytes));
  };
  const [desOf, aesOf] = [DesKey.of, AesKey.of];
  DesKey.of = (bytes) => {
    note(bytes);
    return desOf.call(DesKey, bytes);
  };
  AesKey.of = (bytes) => {
    note(bytes);
    return aesOf.call(AesKey, bytes);
  };
  // What the self-tests of a device use is published.
  Device.create({ random: (n) => new Uint8Array(n).fill(7), clock: { now: () => 0 }, demo: true });
  keys.clear();
  const { random } = MasterKeySet;
  MasterKeySet.random = (...args) => {
    const made = random.apply(MasterKeySet, args);
    const joined = made.exposeJoined();
    for (let at = 0; at + 16 <= joined.length; at += 16) note(joined.slice(at, at + 16));
    return made;
  };
  const { add } = Sealer.prototype;
  Sealer.prototype.add = function (dataKey, ...more) {
    note(dataKey.key);
    return add.call(this, dataKey, ...more);
  };
  const { send } = EmbeddedBus.prototype;
  EmbeddedBus.prototype.send = function (records) {
    heard.push(...records);
    const kept = records.filter(({ topic, headers }) => !(dropAnswers && isAnswer(topic, headers)));
    dropped += records.length - kept.length;
    return send.call(this, kept);
  };
}

const lines: string[] = [];
const logged = (): string => lines.join('');

function context(dataDir: string): AppContext {
  const config = loadConfiguration({ PINFOLD_DATA_DIR: dataDir, PINFOLD_LOG_LEVEL: 'trace' });
  return {
    config,
    logger: createLogger({
      service: 'test',
      form: 'json',
      level: 'trace',
      destination: { write: (line) => void lines.push(line) },
    }),
    metrics: new Metrics({ service: 'test' }),
    health: new Health(),
    shutdown: new Shutdown(60_000),
    signal: new AbortController().signal,
    end: (error) => {
      throw error ?? new Error('ended');
    },
  };
}

interface Holder {
  readonly pan: string;
  readonly pin: string;
}

/** A card like those of the demo, with a number of our choice. */
async function issue({ network }: System, seed: string, issuerId: keyof typeof SEQUENCES) {
  const { facts, institution, keys: opened, store } = network.issuers.get(issuerId)!;
  const sequence = SEQUENCES[issuerId];
  const pan = demoCardNumber(facts, sequence);
  const hsm = institution.as(IDENTITIES.production);
  const { named } = institution.provisioned;
  const how = facts.pinMethod === 'visa-pvv' ? { pvki: '1' } : { tableId: named.tableId! };
  const order = { pan, seed, method: facts.pinMethod, pvk: named.pvk!, ...how };
  const [issued] = await hsm.run('IssueDemoPin', [order]);
  const [shown] = await hsm.run('ShowDemoPin', [{ pan, seed }]);
  if (!issued?.ok || !shown?.ok) throw new Error('the device issued no card');
  await store.createCards([
    {
      key: wireOf(opened, issuerTopology(facts.id)).indexOf(pan),
      sealedPan: opened.vault.seal(pan),
      maskedPan: maskPan(pan),
      expiry: DEMO_EXPIRY,
      status: 'active',
      record: issued.value.record,
      accountId: sequence,
      openingMinor: OPENING_BALANCE_MINOR,
    },
  ]);
  return { pan, pin: shown.value.pin };
}

const folder = testFolder();
let app: AppContext;
let system: System;
let holders: Holder[];
const search = new SecretSearch();

beforeAll(async () => {
  listen();
  app = context(folder.path);
  system = await startSystem(app, { cards: 4, terminals: 8, progress: () => undefined });
  await startFleetApp(app, system);
  const inService = () => system.fleet.terminals().every((terminal) => terminal.inService);
  await until(inService, { patienceMs: 60_000 });
  holders = [
    await issue(system, app.config.seed, 'bank-a'),
    await issue(system, app.config.seed, 'bank-b'),
  ];
});
afterAll(async () => {
  await app?.shutdown.run();
  folder.remove();
});

/** Terminal 8 has AES keys: its PIN blocks are of format 4. */
const withdraw = ({ pan }: Holder, pin: string, amountMinor: bigint, terminal: string) =>
  system.fleet.withdraw({ terminal, pan, pin, expiry: DEMO_EXPIRY, amountMinor });

async function tables(url: string): Promise<{ name: string; text: string }[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const texts: { name: string; text: string }[] = [];
    for (const { name } of rows) {
      const all = await client.query<{ row: string }>(
        `SELECT to_jsonb(t)::text AS row FROM ${name} t`,
      );
      texts.push({ name, text: all.rows.map(({ row }) => row).join('\n') });
    }
    return texts;
  } finally {
    await client.end();
  }
}

function files(): { name: string; bytes: Buffer }[] {
  return readdirSync(folder.path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ name: relative(folder.path, path), bytes: readFileSync(path) }));
}

const textOf = ({ topic, key, value, headers }: BusRecord): Buffer =>
  Buffer.concat([Buffer.from(`${topic} ${key} ${JSON.stringify(headers)} `), value]);

it('runs withdrawals of every kind', async () => {
  const [a, b] = holders as [Holder, Holder];
  const approved = await Promise.all([
    withdraw(a, a.pin, 5_000n, 'ATM00001'),
    withdraw(b, b.pin, 7_000n, 'ATM00008'),
  ]);
  expect(approved.map(({ outcome }) => outcome)).toEqual(['dispensed', 'dispensed']);
  const wrong = await Promise.all([
    withdraw(a, CANARY_PIN, 1_000n, 'ATM00002'),
    withdraw(b, CANARY_PIN, 1_000n, 'ATM00008'),
  ]);
  expect(wrong.map(({ responseCode }) => responseCode)).toEqual(['55', '55']);
  const much = await withdraw(a, a.pin, 99_000n, 'ATM00003');
  expect(much.outcome).toBe('declined');
  dropAnswers = true;
  const lost = withdraw(b, b.pin, 2_000n, 'ATM00004');
  await until(() => dropped > 0);
  dropAnswers = false;
  expect((await lost).outcome).toBe('reversed');
  for (const { rrn, terminal } of [...approved, ...wrong, much]) {
    lines.push(JSON.stringify(await hopsOf(system.stores, { rrn: rrn!, terminal })));
  }
  // The reversal is answered, and what is written late is written.
  await sleep(2_000);
});

it('knows what to look for', () => {
  for (const { pan } of holders) {
    search.addDigits('a PAN', pan);
    search.addDigits('a PAN without its check digit', pan.slice(3, -1));
    const block = encodePinBlock({ format: 'iso0', pin: CANARY_PIN, pan });
    search.addBytes('a PIN block', block);
  }
  search.addDigits('the PIN', CANARY_PIN);
  for (const bytes of keys.values()) search.addBytes('a key', bytes);
  // 8 terminals with TMK, TPK and TAK, links, master keys of four devices.
  expect(keys.size).toBeGreaterThan(40);
  const kinds = new Set(heard.map(({ headers }) => headers.type ?? ''));
  expect(kinds.size).toBeGreaterThan(3);
});

it('no topic holds a secret', () => {
  expect(heard.length).toBeGreaterThan(20);
  expect(new Set(heard.map(({ topic }) => topic)).size).toBeGreaterThan(4);
  expect(heard.flatMap((record) => search.in(textOf(record)))).toEqual([]);
});

it('no table of any schema holds a secret', async () => {
  const all = await tables(system.database.url);
  const names = all.map(({ name }) => name);
  for (const schema of ['atm.', 'switch.', 'issuer_bank_a.', 'issuer_bank_b.']) {
    expect(names.filter((name) => name.startsWith(schema)).length).toBeGreaterThan(2);
  }
  expect(
    all.flatMap(({ name, text }) => search.in(text).map((what) => `${name}: ${what}`)),
  ).toEqual([]);
});

it('no log line, metric or told hop holds a secret', async () => {
  expect(lines.length).toBeGreaterThan(20);
  expect(search.in(logged())).toEqual([]);
  expect(search.in(await app.metrics.registry.metrics())).toEqual([]);
});

it('no file of the data folder holds a secret, written-ahead log and audit chains included', async () => {
  const client = new pg.Client({ connectionString: system.database.url });
  await client.connect();
  await client.query('CHECKPOINT');
  await client.end();
  const all = files();
  expect(all.filter(({ name }) => name.endsWith('audit.log'))).toHaveLength(ISSUERS.length + 2);
  const found = all.flatMap(({ name, bytes }) =>
    search.in(bytes).map((what) => `${name}: ${what}`),
  );
  expect(found).toEqual([]);
  const keyFiles = all.filter(({ name }) => KEY_FILES.has(basename(name)));
  const own = new SecretSearch();
  for (const { bytes } of keyFiles) own.addBytes('a key of a file', bytes);
  const others = all.filter(({ name }) => !KEY_FILES.has(basename(name)));
  expect(others.flatMap(({ name, bytes }) => own.in(bytes).map(() => name))).toEqual([]);
});

describe('what is planted on purpose is found', () => {
  it.each([
    ['digits', (pan: string) => pan],
    ['packed digits', (pan: string) => Buffer.from(pan, 'hex')],
    ['hexadecimal of digits', (pan: string) => Buffer.from(pan).toString('hex')],
    ['base64', (pan: string) => JSON.stringify({ card: Buffer.from(pan).toString('base64') })],
  ])('as %s', (_, form) => {
    const planted = form(holders[0]!.pan);
    const around = Buffer.concat([Buffer.alloc(5, 1), Buffer.from(planted), Buffer.alloc(5, 2)]);
    expect(search.in(around)).not.toEqual([]);
  });

  it('in a topic', () => {
    const value = Buffer.from(CANARY_PIN);
    expect(search.in(textOf({ topic: 't', key: 'k', value, headers: {} }))).toContain(
      'the PIN as digits',
    );
  });

  it('in a table, as text and as bytes', async () => {
    const client = new pg.Client({ connectionString: system.database.url });
    await client.connect();
    const [key] = keys.values();
    await client.query('CREATE TABLE atm.planted (a text, b bytea)');
    await client.query('INSERT INTO atm.planted VALUES ($1, $2)', [holders[1]!.pan, key]);
    await client.end();
    const planted = (await tables(system.database.url)).find(({ name }) => name === 'atm.planted');
    expect(search.in(planted!.text)).toEqual(
      expect.arrayContaining(['a PAN as digits', 'a key, hexadecimal']),
    );
  });

  it('in the log', () => {
    app.logger.info(`card ${holders[0]!.pan}`);
    expect(search.in(logged())).toContain('a PAN as digits');
  });
});
