/**
 * Partners that issue cards, at the running program: keys by letters and over the line, withdrawals of
 * a terminal driver and of the program's own ATMs, and what happens on a partner's bad days.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { fromHex } from '@pinfold/crypto';
import type { Framing, IsoMessage } from '@pinfold/iso8583';
import { PACKINGS } from '../apps/switch/src/index.js';
import { until } from '../libs/platform/src/testing/until.js';
import { freePort } from './support/free-port.js';
import { LineClient } from './support/line-client.js';
import type { LineTerminal } from './support/line-terminal.js';
import { type Manner, PartnerHost } from './support/partner-host.js';
import { type RunningProgram, startProgram, testFolder } from './support/program.js';
import { typedIn } from './support/typed-in.js';

jest.setTimeout(120_000);

const LENGTH2: Framing = { kind: 'length2', headerBytes: 0, maxBytes: 32_768 };
const HEADER = '6000010002';
const [CARD_C, CARD_D] = ['5200000000000007', '5812340000000007'];
const code = ({ fields }: IsoMessage): unknown => fields[39];

describe('partners that issue cards', () => {
  const folder = testFolder();
  const dataDir = join(folder.path, 'data');
  const bankC = new PartnerHost({
    algorithm: 'T',
    framing: { kind: 'length2', headerBytes: 5, maxBytes: 32_768 },
    packaging: PACKINGS.binary,
    header: fromHex(HEADER),
    pins: new Map([[CARD_C, '1234']]),
  });
  const bankD = new PartnerHost({
    algorithm: 'A',
    framing: { kind: 'length4', headerBytes: 0, maxBytes: 9_999 },
    packaging: PACKINGS.ascii,
    header: new Uint8Array(),
    pins: new Map([[CARD_D, '567890']]),
  });
  let program: RunningProgram;
  let terminal: LineTerminal;
  let client: LineClient;

  beforeAll(async () => {
    const [portC, portD] = [await freePort(), await freePort()];
    const at = { host: '127.0.0.1' };
    const document = {
      acquirers: [{ name: 'driver', terminals: ['DRIV0001', 'DRIV0002'] }],
      issuers: [
        {
          ...at,
          name: 'bank-c',
          port: portC,
          packing: 'binary',
          header: HEADER,
          cards: { prefix: '52' },
        },
        {
          ...at,
          name: 'bank-d',
          port: portD,
          lengthBytes: 4,
          cards: { prefix: '5812', algorithm: 'A' },
        },
      ],
    };
    const file = join(folder.path, 'lines.json');
    writeFileSync(file, JSON.stringify(document));
    program = await startProgram(dataDir, {
      args: ['--no-traffic', '--cards', '20', '--terminals', '1', '--lines', file],
    });
    // The switch has tried to connect before anybody was there.
    bankC.typeIn(dataDir, 'bank-c');
    bankD.typeIn(dataDir, 'bank-d');
    await Promise.all([bankC.listen(portC), bankD.listen(portD)]);
    const { iso } = program.ready as unknown as { iso: number };
    client = await LineClient.open(iso, { framing: LENGTH2, packaging: PACKINGS.ascii });
    terminal = typedIn(dataDir, 'DRIV0001');
    terminal.takeKeys(await client.ask(terminal.network('101')));
    expect(code(await client.ask(terminal.network('001')))).toBe('00');
    await until(() => [bankC, bankD].every(({ heard }) => heard.includes('0800 001')));
  });
  afterAll(async () => {
    client?.close();
    await program?.kill();
    bankC.close();
    bankD.close();
    folder.remove();
  });

  const withdrawal = (pan = CARD_C, pin = '1234') =>
    terminal.withdrawal({ pan, pin, expiry: '3012', amountMinor: 5_000 });

  it.each([
    ['triple DES, binary, a header', bankC, CARD_C, '1234'],
    ['AES, characters, four digits of length', bankD, CARD_D, '567890'],
  ])('take keys and pay: %s', async (_, host, pan, pin) => {
    expect(host.heard.slice(0, 2)).toEqual(['0800 101', '0800 001']);
    const request = withdrawal(pan, pin);
    const answer = await client.ask(request);
    expect(answer).toMatchObject({ mti: '0210', fields: { 38: 'PARTNR', 39: '00' } });
    expect(terminal.trusts(answer)).toBe(true);
    const rrn = request.fields[37] as string;
    expect(host.paid.get(rrn)).toBe(5_000);
    expect(code(await client.ask(withdrawal(pan, '9999')))).toBe('55');
    expect(code(await client.ask(terminal.reversal(request)))).toBe('00');
    await until(() => !host.paid.has(rrn));
  });

  it('pay at the ATMs of the program, too, and the books match', async () => {
    // Not by the command: a test that waits for a process cannot answer as a partner meanwhile.
    const response = await program.fetch('/withdrawals', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${program.token()}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ pan: CARD_C, pin: '1234', amountMinor: 5_000 }),
    });
    const paid = (await response.json()) as { hops: { at: string; did: string }[] };
    expect(paid).toMatchObject({ approved: true });
    expect(paid.hops.map(({ at, did }) => `${at} ${did}`)).toEqual(
      expect.arrayContaining([
        'switch verified the MAC, found no duplicate, routed by card prefix to BANK-C',
        "issuer is a partner's: its records are not here",
      ]),
    );
    expect([...bankC.paid.values()]).toEqual([5_000]);
    expect(program.json('reconcile')).toMatchObject({ exit: 0, clean: true });
  });

  it.each<[string, Manner]>([
    ['says nothing', 'silent'],
    ['speaks something else', 'garbage'],
    ['closes in mid-flow', 'closes'],
    ['approves under a bad MAC', 'forged'],
  ])(
    'a partner that %s: 91, undone there later, and paid again when it is back',
    async (_, manner) => {
      const before = bankC.paid.size;
      bankC.manner = manner;
      const request = withdrawal();
      client.socket.write(client.frame(request));
      const declined = await client.next(20_000);
      expect(declined).toMatchObject({ mti: '0210', fields: { 11: request.fields[11], 39: '91' } });
      expect(terminal.trusts(declined)).toBe(true);
      bankC.manner = 'answers';
      const reversals = bankC.heard.filter((mti) => mti.startsWith('042')).length;
      await until(() => bankC.heard.filter((mti) => mti.startsWith('042')).length > reversals, {
        patienceMs: 60_000,
      });
      await until(async () => code(await client.ask(withdrawal())) === '00', {
        patienceMs: 60_000,
      });
      expect(bankC.paid.size).toBe(before + 1);
    },
  );

  it('tell an operator how they are', () => {
    expect(program.json('lines')).toMatchObject({
      lines: [
        { name: 'driver', connections: 1, terminals: 2, signedOn: 1 },
        { name: 'bank-c', side: 'issuer', connections: 1 },
        { name: 'bank-d', side: 'issuer', connections: 1, lastClosed: null },
      ],
    });
  });
});
