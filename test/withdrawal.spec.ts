/** What a person sees: one program, withdrawals through its command line, the ledger behind them. */

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { pinfold, type RunningProgram, startProgram, testFolder } from './support/program.js';

interface Card {
  pan: string;
  pin: string;
  expiry: string;
  balanceMinor: number;
}

interface Withdrawal {
  approved: boolean;
  responseCode: string;
  amountMinor: number;
  currency: string;
  stan: string;
  rrn: string;
  terminal: string;
  hops: { at: string; did: string }[];
}

const BANK_A_1 = '4000000000000010';
const BANK_A_2 = '4000000000000028';
const BANK_A_3 = '4000000000000036';
const BANK_B_1 = '5100000000000016';
const wrong = (pin: string): string => (pin === '1234' ? '4321' : '1234');

jest.setTimeout(180_000);

describe('a running system', () => {
  const folder = testFolder();
  let program: RunningProgram;

  beforeAll(async () => {
    program = await startProgram(folder.path, {
      args: ['--no-traffic', '--cards', '20', '--terminals', '4'],
    });
  });
  afterAll(async () => {
    await program?.kill();
    folder.remove();
  });

  it('says which devices there are, and that the one of the host port is no institution', () => {
    const { devices } = program.json<{ devices: { institution: string; state: string }[] }>(
      'status',
    );
    expect(devices.map(({ institution, state }) => `${institution} ${state}`)).toEqual(
      ['atm', 'acq1', 'bank-a', 'bank-b', 'host'].map((id) => `${id} operational`),
    );
    const { stdout } = program.cli('status');
    expect(stdout).toMatch(/^device +host +operational +behind the port of host commands/m);
    expect(program.cli('lines').stdout).toMatch(/0 connections, 0 of 4 terminals signed on/);
  });

  const card = (pan: string): Card => program.json<Card>('card', 'show', pan, '--demo');
  const withdraw = (pan: string, pin: string, amount: string, ...more: string[]) =>
    program.json<Withdrawal>('withdraw', '--pan', pan, '--pin', pin, '--amount', amount, ...more);

  it.each([BANK_A_1, BANK_B_1])('pays %s with the right PIN, and the ledger shows it', (pan) => {
    const before = card(pan);
    const done = withdraw(pan, before.pin, '50.00', '--terminal', 'ATM00002');
    expect(done).toMatchObject({
      exit: 0,
      approved: true,
      responseCode: '00',
      amountMinor: 5000,
      currency: 'EUR',
      terminal: 'ATM00002',
    });
    expect(done.stan).toMatch(/^\d{6}$/);
    expect(done.rrn).toMatch(/^\d{12}$/);
    expect(done.hops.map((hop) => hop.at)).toEqual(
      expect.arrayContaining(['terminal', 'switch', 'issuer']),
    );
    expect(card(pan).balanceMinor).toBe(before.balanceMinor - 5000);
  });

  it('answers a wrong PIN with 55, 55, then 75, and the right one with 75 after that', () => {
    const { pin } = card(BANK_A_2);
    const codes = [1, 2, 3].map(() => withdraw(BANK_A_2, wrong(pin), '10.00').responseCode);
    expect(codes).toEqual(['55', '55', '75']);
    expect(withdraw(BANK_A_2, pin, '10.00')).toMatchObject({ responseCode: '75', exit: 1 });
  });

  it('answers more than the balance with 51', () => {
    const { pin } = card(BANK_B_1);
    const codes = ['480.00', '480.00'].map(
      (amount) => withdraw(BANK_B_1, pin, amount).responseCode,
    );
    expect(codes).toContain('00');
    const last = withdraw(BANK_B_1, pin, '490.00');
    expect(['51', '61']).toContain(last.responseCode);
  });

  it.each([
    [['withdraw'], '--pan'],
    [['withdraw', '--pan', BANK_A_1, '--pin', '12', '--amount', '5.00'], '--pin'],
    [['withdraw', '--pan', '4000000000000011', '--pin', '1234', '--amount', '5.00'], '--pan'],
    [['withdraw', '--pan', BANK_A_1, '--pin', '1234', '--amount', '0'], '--amount'],
    [
      ['withdraw', '--pan', BANK_A_1, '--pin', '1234', '--amount', '5', '--terminal', 'x'],
      '--terminal',
    ],
  ])('ends wrong arguments with 2 and one line: %j', (args, names) => {
    const { exit, stderr, stdout } = program.cli(...args);
    expect(exit).toBe(2);
    expect(stderr).toContain(names);
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
    expect(stderr).not.toMatch(/4000000000000011|\bat .*\.js/);
    expect(stdout).toBe('');
  });

  it('reconciles', () => {
    expect(program.json('reconcile')).toMatchObject({ exit: 0, clean: true, differences: [] });
  });

  it.each([
    ['a terminal', 'ATM00003', ['--terminal', 'ATM00003']],
    ['an issuer', 'bank-a', ['--issuer', 'BANK-A']],
  ])('changes the working keys of %s, and withdrawals go on', async (_, owner, args) => {
    const newest = (): number =>
      Math.max(
        ...program
          .json<{ keys: { version: number; state: string }[] }>('keys', '--owner', owner)
          .keys.filter(({ state }) => state === 'active')
          .map(({ version }) => version),
      );
    const { pin } = card(BANK_A_3);
    const pays = (): boolean => withdraw(BANK_A_3, pin, '10.00', '--terminal', 'ATM00003').approved;
    const before = newest();
    expect(program.json('keys', 'change', ...args)).toMatchObject({ exit: 0 });
    const untilMs = Date.now() + 30_000;
    while (newest() === before && Date.now() < untilMs) expect(pays()).toBe(true);
    expect(newest()).toBeGreaterThan(before);
    expect(pays()).toBe(true);
  });

  it('refuses to change keys of nobody, and of two', () => {
    expect(program.cli('keys', 'change', '--terminal', 'ATM99999').exit).toBe(1);
    expect(program.cli('keys', 'change', '--issuer', 'nobody').exit).toBe(1);
    expect(program.cli('keys', 'change').exit).toBe(2);
    expect(program.cli('keys', '--owner', 'nobody').exit).toBe(1);
  });

  it('has given up no message, and says so of one that is not parked', () => {
    expect(program.json('parked')).toMatchObject({ exit: 0, messages: [] });
    expect(program.json('parked', 'resend', '--all')).toMatchObject({ exit: 0, resent: 0 });
    expect(program.cli('parked', 'resend', '--rrn', '999999999999').exit).toBe(1);
    expect(program.cli('parked', 'resend').exit).toBe(2);
    expect(program.cli('parked', 'resend', '--rrn', '12').exit).toBe(2);
  });

  it('keeps its token to itself, and its port to the loopback address', async () => {
    expect(statSync(join(folder.path, 'api-token')).mode & 0o777).toBe(0o600);
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await program.fetch('/status', { headers })).status;
    const bearer = { authorization: `Bearer ${program.token()}` };
    expect(await status({})).toBe(401);
    expect(await status({ authorization: 'Bearer wrong' })).toBe(401);
    expect(await status(bearer)).toBe(200);
    expect(await status({ ...bearer, origin: 'https://example.org' })).toBe(403);
    expect((await program.fetch('/health/ready')).status).toBe(200);
    expect((await program.fetch('/health/live')).status).toBe(200);
    const metrics = await (await program.fetch('/metrics')).text();
    expect(metrics).toContain('pinfold_');
  });

  it('refuses a second start on the same data folder and names the process', () => {
    const second = pinfold(['start', '--no-traffic'], {
      PINFOLD_DATA_DIR: folder.path,
      PINFOLD_HTTP_PORT: '0',
    });
    expect(second.exit).toBe(3);
    expect(second.stderr + second.stdout).toContain(String(program.ready.pid));
  });

  it('stops in order on Ctrl-C, and continues with the same balances', async () => {
    const { balanceMinor } = card(BANK_A_1);
    expect(await program.stop()).toBe(0);
    program = await startProgram(folder.path, { args: ['--no-traffic'] });
    expect(card(BANK_A_1).balanceMinor).toBe(balanceMinor);
  });

  it('recovers after kill -9', async () => {
    const { balanceMinor, pin } = card(BANK_A_1);
    await program.kill();
    program = await startProgram(folder.path, { args: ['--no-traffic'] });
    expect(card(BANK_A_1).balanceMinor).toBe(balanceMinor);
    expect(withdraw(BANK_A_1, pin, '20.00')).toMatchObject({ approved: true });
    expect(readdirSync(folder.path).length).toBeGreaterThan(0);
  });
});

describe('without a running system', () => {
  it.each(['status', 'reconcile'])('%s says so and ends with 3', (command) => {
    const folder = testFolder();
    const { exit, stderr } = pinfold([command], { PINFOLD_DATA_DIR: folder.path });
    folder.remove();
    expect(exit).toBe(3);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('an unknown setting stops the start with one line', () => {
    const folder = testFolder();
    const { exit, stderr } = pinfold(['start'], {
      PINFOLD_DATA_DIR: folder.path,
      PINFOLD_HTP_PORT: '1',
    });
    folder.remove();
    expect(exit).not.toBe(0);
    expect(stderr).toContain('PINFOLD_HTP_PORT');
  });
});
