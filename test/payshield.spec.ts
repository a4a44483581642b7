/**
 * The network on two payShields: host ports of HSM processes with the published test LMKs. Both issuers'
 * ways of judging a PIN, both kinds of terminal keys, a key change, the loss of either device and of both.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { DEMO_EXPIRY } from '@pinfold/flows';
import { PACKINGS } from '../apps/switch/src/index.js';
import { until } from '../libs/platform/src/testing/until.js';
import { Authority } from './support/certificates.js';
import { freePort } from './support/free-port.js';
import { LineClient } from './support/line-client.js';
import {
  cleanEnvironment,
  endProcess,
  pinfold,
  type RunningProgram,
  startProgram,
  testFolder,
} from './support/program.js';
import { SecretSearch } from './support/secret-search.js';
import { typedIn } from './support/typed-in.js';

const HSM = new URL('../dist/apps/hsm/src/main.js', import.meta.url).pathname;
const BANK_A_1 = '4000000000000010';
const BANK_B_1 = '5100000000000016';
/** ATM00008 has AES keys where there are any. */
const NETWORK = ['--cards', '20', '--terminals', '8'];
const AES_TERMINAL = 'ATM00008';
/** What the client of payShields seals: index and PVV, or length and offset. */
const CLEAR_RECORD = /V;\d;\d{4}|I;\d\d;\d{4,12}F{0,8};/g;
const CANARY_PIN = '927461835046';

jest.setTimeout(300_000);

/** Two HSM processes with host ports, and the network on them. */
class Stand {
  readonly folder = testFolder();
  readonly hsmFolders = [testFolder(), testFolder()];
  readonly hsms: ChildProcess[] = [];
  readonly #ports: number[] = [];
  readonly #mode: string;
  readonly #tls: boolean;
  program!: RunningProgram;

  constructor(mode: string, { tls = false } = {}) {
    this.#mode = mode;
    this.#tls = tls;
  }

  async start(): Promise<void> {
    if (this.#tls) this.#writeCertificates();
    for (const i of [0, 1]) {
      this.#ports.push(await freePort());
      this.startHsm(i);
    }
    this.program = await startProgram(this.folder.path, {
      args: ['--no-traffic', ...NETWORK],
      env: { ...this.environment, PINFOLD_LOG_LEVEL: 'trace' },
    });
  }

  get environment() {
    const urls = this.#ports.map((port) => `payshield://127.0.0.1:${port}`).join(',');
    const tls = this.#tls ? { PINFOLD_HSM_TLS: this.folder.path } : {};
    return { PINFOLD_MODE: this.#mode, PINFOLD_HSM_URLS: urls, ...tls };
  }

  #writeCertificates(): void {
    const authority = new Authority('pinfold test');
    const [client, server] = [authority.sign('switch'), authority.sign('hsm')];
    const write = (folder: string, name: string, pem: string) =>
      writeFileSync(join(folder, name), pem, { mode: 0o600 });
    write(this.folder.path, 'client.key', client.key);
    write(this.folder.path, 'client.pem', client.certificate);
    write(this.folder.path, 'devices.pem', authority.certificate);
    for (const { path } of this.hsmFolders) {
      write(path, 'server.key', server.key);
      write(path, 'server.pem', server.certificate);
      write(path, 'clients.pem', authority.certificate);
    }
  }

  startHsm(i: number): void {
    const { path } = this.hsmFolders[i]!;
    const port = String(this.#ports[i]);
    const ports = this.#tls
      ? { PINFOLD_HOST_PORT: '0', PINFOLD_HOST_TLS_PORT: port, PINFOLD_HOST_TLS: path }
      : { PINFOLD_HOST_PORT: port };
    this.hsms[i] = spawn(process.execPath, [HSM], {
      env: cleanEnvironment({
        PINFOLD_MODE: this.#mode,
        PINFOLD_DATA_DIR: path,
        PINFOLD_HTTP_PORT: '0',
        ...ports,
      }),
      stdio: 'ignore',
    });
  }

  pinOf(pan: string): string {
    return this.program.json<{ pin: string }>('card', 'show', pan, '--demo').pin;
  }

  withdraw(pan: string, pin: string, terminal = 'ATM00001') {
    const order = ['--pan', pan, '--pin', pin, '--amount', '10.00', '--terminal', terminal];
    return this.program.json<{ approved: boolean; responseCode: string }>('withdraw', ...order);
  }

  /** Every bank at every kind of terminal. */
  payEverywhere() {
    return [BANK_A_1, BANK_B_1].flatMap((pan) =>
      ['ATM00001', AES_TERMINAL].map((terminal) => {
        const { responseCode } = this.withdraw(pan, this.pinOf(pan), terminal);
        return { pan, terminal, responseCode };
      }),
    );
  }

  async untilUp(count: number): Promise<void> {
    const states = () => this.states();
    const isUp = () => states().filter((state) => state === 'up').length >= count;
    await until(isUp, { patienceMs: 90_000, tell: states });
  }

  states(): string[] {
    const { processes } = this.program.json<{ processes: { pool: { state: string }[] }[] }>(
      'hsm',
      'status',
    );
    return processes[0]!.pool.map(({ state }) => state);
  }

  async stop(): Promise<void> {
    await this.program?.kill();
    await Promise.all(this.hsms.map(endProcess));
    for (const { remove } of [this.folder, ...this.hsmFolders]) remove();
  }
}

const approvedEverywhere = [BANK_A_1, BANK_B_1].flatMap((pan) =>
  ['ATM00001', AES_TERMINAL].map((terminal) => ({ pan, terminal, responseCode: '00' })),
);

interface Key {
  readonly owner: string;
  readonly usage: string;
  readonly version: number;
  readonly state: string;
}

describe('hardened, with a key-block LMK', () => {
  const stand = new Stand('hardened');
  beforeAll(() => stand.start());
  afterAll(() => stand.stop());

  it('says through what it works', () => {
    expect(stand.program.printed).toMatch(/^HSM: pool of 2 payShields, LMK 01 key block, AES/m);
    expect(stand.states()).toEqual(['up', 'up']);
    const { stdout } = stand.program.cli('hsm', 'status');
    expect(stdout).toMatch(/payshield:\/\/127\.0\.0\.1:\d+ *up +breaker closed/);
  });

  it('pays, by PVV and by offset, from triple DES and from AES terminals', () => {
    expect(stand.payEverywhere()).toEqual(approvedEverywhere);
  });

  it('pays at a terminal of an ISO 8583 line, whose key was formed at the console too', async () => {
    const { iso } = stand.program.ready as unknown as { iso: number };
    const framing = { kind: 'length2', headerBytes: 0, maxBytes: 32_768 } as const;
    const client = await LineClient.open(iso, { framing, packaging: PACKINGS.ascii });
    const terminal = typedIn(stand.folder.path, 'ISO00001');
    terminal.takeKeys(await client.ask(terminal.network('101')));
    expect((await client.ask(terminal.network('001'))).fields[39]).toBe('00');
    const card = { pan: BANK_A_1, pin: stand.pinOf(BANK_A_1), expiry: DEMO_EXPIRY };
    const answer = await client.ask(terminal.withdrawal({ ...card, amountMinor: 1_000 }));
    expect(answer.fields[39]).toBe('00');
    expect(terminal.trusts(answer)).toBe(true);
    client.close();
  });

  it('declines a wrong PIN as one', () => {
    for (const pan of [BANK_A_1, BANK_B_1]) {
      const wrong = stand.pinOf(pan) === '2749' ? '2750' : '2749';
      expect(stand.withdraw(pan, wrong)).toMatchObject({ approved: false, responseCode: '55' });
    }
    expect(stand.withdraw(BANK_A_1, CANARY_PIN)).toMatchObject({ responseCode: '55' });
  });

  it('goes on after a change of working keys', async () => {
    const { program } = stand;
    for (const issuer of ['bank-a', 'bank-b']) program.json('keys', 'change', '--issuer', issuer);
    for (const terminal of ['ATM00001', AES_TERMINAL]) {
      program.json('keys', 'change', '--terminal', terminal);
    }
    const changed = () =>
      program
        .json<{ keys: Key[] }>('keys')
        .keys.filter(({ version, usage }) => version === 2 && /^[TZ]PK$/.test(usage))
        .map(({ owner }) => owner)
        .sort();
    await until(() => changed().length === 4, { patienceMs: 60_000, tell: changed });
    expect(changed()).toEqual(['ATM00001', AES_TERMINAL, 'bank-a', 'bank-b']);
    expect(stand.payEverywhere()).toEqual(approvedEverywhere);
  });

  it('pays while either is gone, in turn', async () => {
    const pin = stand.pinOf(BANK_A_1);
    for (const i of [0, 1]) {
      await endProcess(stand.hsms[i]!);
      expect(stand.withdraw(BANK_A_1, pin)).toMatchObject({ approved: true });
      expect(stand.withdraw(BANK_A_1, pin)).toMatchObject({ approved: true });
      expect(stand.states()[1 - i]).toBe('up');
      stand.startHsm(i);
      await stand.untilUp(2);
    }
  });

  it('pays nothing while none is there, and recovers by itself', async () => {
    const pin = stand.pinOf(BANK_A_1);
    await Promise.all(stand.hsms.map(endProcess));
    expect(stand.withdraw(BANK_A_1, pin)).toMatchObject({ approved: false });
    expect(stand.program.cli('hsm', 'status').exit).toBe(1);
    for (const i of [0, 1]) stand.startHsm(i);
    await stand.untilUp(2);
    expect(stand.withdraw(BANK_A_1, pin)).toMatchObject({ approved: true });
    expect(stand.program.json('reconcile')).toMatchObject({ clean: true });
  });

  it('leaves no PIN, PVV or offset where somebody could read it', async () => {
    await stand.program.stop();
    const search = new SecretSearch();
    search.addDigits('PIN', CANARY_PIN);
    expect(search.in(`what a test plants: ${CANARY_PIN}`)).not.toEqual([]);
    expect(search.in(stand.program.printed)).toEqual([]);
    for (const { path } of [stand.folder, ...stand.hsmFolders]) {
      const names = readdirSync(path, { recursive: true, withFileTypes: true });
      for (const entry of names.filter((each) => each.isFile())) {
        const file = join(entry.parentPath, entry.name);
        const bytes = readFileSync(file);
        const records = bytes.toString('latin1').match(CLEAR_RECORD)?.length ?? 0;
        const found = { file, records, secrets: search.in(bytes) };
        expect(found).toEqual({ file, records: 0, secrets: [] });
      }
    }
  });

  it('does not start where the keys are not, and says what to do', () => {
    const asked = ['provision', ...NETWORK];
    const data = { PINFOLD_DATA_DIR: stand.folder.path };
    const { exit, stderr } = pinfold(asked, data);
    expect(exit).toBe(3);
    expect(stderr).toMatch(
      /are under the LMK of payShields \(01 key block, AES.*\): set PINFOLD_HSM_URLS=payshield:/,
    );
    const other = pinfold(asked, { ...data, ...stand.environment, PINFOLD_PAYSHIELD_LMK: '07' });
    expect(other.exit).toBe(3);
    expect(other.stderr).toMatch(/have no LMK 07 that works/);
  });
});

describe('legacy, with a variant LMK, over TLS', () => {
  const stand = new Stand('legacy', { tls: true });
  beforeAll(() => stand.start());
  afterAll(() => stand.stop());

  it('pays, declines a wrong PIN, and goes on with one payShield', async () => {
    expect(stand.program.printed).toMatch(/^HSM: pool of 2 payShields, LMK 00 variant/m);
    expect(stand.payEverywhere()).toEqual(approvedEverywhere);
    const wrong = stand.pinOf(BANK_B_1) === '2749' ? '2750' : '2749';
    expect(stand.withdraw(BANK_B_1, wrong)).toMatchObject({ responseCode: '55' });
    await endProcess(stand.hsms[0]!);
    expect(stand.payEverywhere()).toEqual(approvedEverywhere);
    expect(stand.program.json('reconcile')).toMatchObject({ clean: true });
  });
});
