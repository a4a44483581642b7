/**
 * The network as processes of their own, on a real Kafka and PostgreSQL: what `npm run cluster` starts.
 * Skipped where no Kafka can be started, unless PINFOLD_REQUIRE_SERVERS=1.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { encodePinBlock } from '@pinfold/pin';
import { type LineState, PACKINGS } from '../apps/switch/src/index.js';
import { startKafkaForTests } from '../libs/bus/src/kafka-for-tests.js';
import { until } from '../libs/platform/src/testing/until.js';
import { LineClient } from './support/line-client.js';
import { type RunningProgram, startProgram, testFolder } from './support/program.js';
import { readTopics } from './support/read-topics.js';
import { SecretSearch } from './support/secret-search.js';
import { typedIn } from './support/typed-in.js';

interface Card {
  pin: string;
  expiry: string;
  balanceMinor: number;
}

interface Withdrawal {
  approved: boolean;
  responseCode: string;
  terminal: string;
  hops: { at: string; did: string }[];
}

interface Processes {
  operator: number;
  services: { name: string; pid: number | null; http: number | null; restarts: number }[];
}

const BANK_A_1 = '4000000000000010';
const BANK_A_2 = '4000000000000028';
const BANK_B_1 = '5100000000000016';
const LINE_TERMINAL = 'LINE0001';
const CANARY_PIN = '927461835046';
/** False where the port is not free. */
const listening = (server: Server, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
const wrong = (pin: string): string => (pin === '1234' ? '4321' : '1234');

jest.setTimeout(300_000);

const brokers = await startKafkaForTests();
(brokers === undefined ? describe.skip : describe)('a cluster', () => {
  const folder = testFolder();
  let program: RunningProgram;

  beforeAll(async () => {
    const lines = join(folder.path, 'lines.json');
    const acquirers = [{ name: 'driver', packing: 'binary', terminals: [LINE_TERMINAL] }];
    writeFileSync(lines, JSON.stringify({ acquirers }));
    program = await startProgram(folder.path, {
      command: 'cluster',
      args: ['--rate', '0', '--cards', '20', '--terminals', '8', '--lines', lines],
      env: { KAFKA_BROKERS: brokers },
    });
  });
  afterAll(async () => {
    await program?.stop();
    folder.remove();
  });

  const card = (pan: string): Card => program.json<Card>('card', 'show', pan, '--demo');
  const withdraw = (pan: string, pin: string, amount: string, ...more: string[]) =>
    program.json<Withdrawal>('withdraw', '--pan', pan, '--pin', pin, '--amount', amount, ...more);
  const processes = async (): Promise<Processes> => {
    // No connection is kept: it would end unseen while this test waits for a command.
    const headers = { authorization: `Bearer ${program.token()}`, connection: 'close' };
    return (await program.fetch('/processes', { headers })).json() as Promise<Processes>;
  };

  it('has a process for the fleet, the switch and each issuer', async () => {
    const { operator, services } = await processes();
    expect(services.map(({ name }) => name).sort()).toEqual([
      'atm',
      'issuer-bank-a',
      'issuer-bank-b',
      'switch',
    ]);
    expect(new Set([operator, ...services.map(({ pid }) => pid)]).size).toBe(5);
  });

  it.each([
    ['BANK-A', BANK_A_1, 'ATM00002'],
    ['BANK-B with AES keys at the terminal', BANK_B_1, 'ATM00008'],
  ])('pays a card of %s, and the ledger shows it', (_, pan, terminal) => {
    const before = card(pan);
    const done = withdraw(pan, before.pin, '50.00', '--terminal', terminal);
    expect(done).toMatchObject({ exit: 0, approved: true, responseCode: '00', terminal });
    expect(done.hops.map(({ at }) => at)).toEqual(
      expect.arrayContaining(['terminal', 'switch', 'issuer']),
    );
    expect(card(pan).balanceMinor).toBe(before.balanceMinor - 5_000);
  });

  it('serves a terminal on an ISO 8583 line of the switch process', async () => {
    const state = (): LineState => program.json<{ lines: LineState[] }>('lines').lines[0]!;
    expect(state()).toMatchObject({ name: 'driver', side: 'acquirer', connections: 0 });
    const port = Number(state().address.split(':')[1]);
    const framing = { kind: 'length2', headerBytes: 0, maxBytes: 32_768 } as const;
    const line = await LineClient.open(port, { framing, packaging: PACKINGS.binary });
    const terminal = typedIn(folder.path, LINE_TERMINAL);
    terminal.takeKeys(await line.ask(terminal.network('101')));
    expect((await line.ask(terminal.network('001'))).fields[39]).toBe('00');
    const { pin, expiry, balanceMinor } = card(BANK_A_1);
    const request = terminal.withdrawal({ pan: BANK_A_1, pin, expiry, amountMinor: 3_000 });
    const answer = await line.ask(request);
    expect(answer).toMatchObject({ mti: '0210', fields: { 39: '00' } });
    expect(terminal.trusts(answer)).toBe(true);
    expect(card(BANK_A_1).balanceMinor).toBe(balanceMinor - 3_000);
    expect((await line.ask(terminal.reversal(request))).fields[39]).toBe('00');
    expect(state()).toMatchObject({ connections: 1, signedOn: 1, terminals: 1, inFlight: 0 });
    line.close();
  });

  it('tells through which devices each process works', () => {
    const { processes: told } = program.json<{ processes: { process: string; pool: null }[] }>(
      ...['hsm', 'status'],
    );
    const names = ['issuer-bank-a', 'issuer-bank-b', 'switch'];
    expect(told.map(({ process }) => process).sort()).toEqual(names);
    expect(told.every(({ pool }) => pool === null)).toBe(true);
  });

  it('answers a wrong PIN with 55, 55, then 75', () => {
    const { pin } = card(BANK_A_2);
    const codes = [1, 2, 3].map(() => withdraw(BANK_A_2, wrong(pin), '10.00').responseCode);
    expect(codes).toEqual(['55', '55', '75']);
    expect(withdraw(BANK_A_2, pin, '10.00')).toMatchObject({ responseCode: '75', exit: 1 });
  });

  it('answers more than the balance with 51', () => {
    const { pin, balanceMinor } = card(BANK_B_1);
    const left = withdraw(BANK_B_1, pin, '900.00');
    expect(left.responseCode).toBe('00');
    expect(balanceMinor - 90_000).toBeLessThan(10_000);
    expect(['51', '61']).toContain(withdraw(BANK_B_1, pin, '100.00').responseCode);
  });

  it('leaves no card number, PIN or clear PIN block in any topic', async () => {
    const search = new SecretSearch();
    search.addDigits('the PIN', CANARY_PIN);
    for (const pan of [BANK_A_1, BANK_A_2, BANK_B_1]) {
      search.addDigits('a PAN', pan);
      const block = encodePinBlock({ format: 'iso0', pin: CANARY_PIN, pan });
      search.addBytes('a PIN block', block);
    }
    expect(withdraw(BANK_B_1, CANARY_PIN, '10.00').responseCode).toBe('55');
    const records = await readTopics(brokers!);
    expect(new Set(records.map(({ topic }) => topic)).size).toBeGreaterThan(4);
    expect(records.flatMap(({ topic, bytes }) => search.in(bytes).map((w) => [topic, w]))).toEqual(
      [],
    );
    expect(search.in(Buffer.from(`a ${BANK_A_1} b`))).toContain('a PAN as digits');
  });

  it('starts a service again that was killed, its port taken meanwhile, and goes on', async () => {
    const before = (await processes()).services.find(({ name }) => name === 'issuer-bank-a')!;
    process.kill(before.pid!, 'SIGKILL');
    const squatter = createServer();
    await until(() => listening(squatter, before.http!));
    const { pin, balanceMinor } = card(BANK_A_1);
    const untilMs = Date.now() + 120_000;
    let done = withdraw(BANK_A_1, pin, '20.00');
    while (!done.approved && Date.now() < untilMs) done = withdraw(BANK_A_1, pin, '20.00');
    expect(done.approved).toBe(true);
    // The switch may have stood in: its advice is booked when the issuer is back.
    while (card(BANK_A_1).balanceMinor !== balanceMinor - 2_000 && Date.now() < untilMs);
    expect(card(BANK_A_1).balanceMinor).toBe(balanceMinor - 2_000);
    const after = (await processes()).services.find(({ name }) => name === 'issuer-bank-a')!;
    expect(after.pid).not.toBe(before.pid);
    expect(after.restarts).toBe(1);
    squatter.close();
  });

  it('reconciles', async () => {
    const untilMs = Date.now() + 60_000;
    let report = program.json<{ clean: boolean; pending: number }>('reconcile');
    while (report.pending > 0 && Date.now() < untilMs) report = program.json('reconcile');
    expect(report).toMatchObject({ exit: 0, clean: true, pending: 0, differences: [] });
  });

  it('stops in order: every process ends, and says so', async () => {
    const { services } = await processes();
    expect(await program.stop()).toBe(0);
    for (const { pid } of services) expect(() => process.kill(pid!, 0)).toThrow('ESRCH');
    const logs = readdirSync(join(folder.path, 'logs'));
    expect(logs).toHaveLength(4);
    for (const name of logs) {
      const text = readFileSync(join(folder.path, 'logs', name), 'utf8');
      expect(text.trim().split('\n').at(-1)).toMatch(/"clean":true/);
    }
  });
});
