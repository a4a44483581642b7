/** ISO 8583 over TCP as terminals and partners see it, against a switch with real devices. */
import { FrameSplitter, type Framing, frame, type IsoMessage, pack } from '@pinfold/iso8583';
import { PACKINGS } from '../apps/switch/src/index.js';
import { until } from '../libs/platform/src/testing/until.js';
import { LineClient } from './support/line-client.js';
import type { LineNetwork } from './support/line-network.js';
import { code, LENGTH2, LineStand, lines, signOn } from './support/line-stand.js';
import { LineTerminal } from './support/line-terminal.js';

describe('a line of terminals', () => {
  let stand: LineStand;
  let network: LineNetwork;
  let terminals: readonly LineTerminal[];
  let client: LineClient;
  const card = () => stand.card();
  const open: LineStand['connect'] = (o) => stand.connect(o);

  beforeAll(async () => {
    stand = await LineStand.open();
    ({ network, terminals } = stand);
  });
  afterAll(() => stand.close());
  beforeEach(async () => {
    client = await open();
  });
  afterEach(() => client.close());

  it('gives keys, signs on, echoes', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal, client);
    expect(code(await client.ask(terminal.network('301')))).toBe('00');
    expect(code(await client.ask(terminal.network('999')))).toBe('12');
  });

  it('pays, and answers a repeat with what is stored', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal, client);
    const before = await network.postedMinor('bank-a');
    const request = terminal.withdrawal({ ...card(), amountMinor: 5_000 });
    const answer = await client.ask(request);
    expect(answer).toMatchObject({ mti: '0210', fields: { 39: '00', 37: request.fields[37] } });
    expect(terminal.trusts(answer)).toBe(true);
    expect((await network.postedMinor('bank-a')) - before).toBe(5_000n);
    const again = await client.ask(request);
    expect(again.fields[38]).toBe(answer.fields[38]);
    expect((await network.postedMinor('bank-a')) - before).toBe(5_000n);
  });

  it('reverses, and answers the repeat of the reversal', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal, client);
    const before = await network.postedMinor('bank-a');
    const request = terminal.withdrawal({ ...card(), amountMinor: 2_000 });
    expect(code(await client.ask(request))).toBe('00');
    const reversal = terminal.reversal(request);
    const answer = await client.ask(reversal);
    expect(answer).toMatchObject({ mti: '0430', fields: { 39: '00', 90: reversal.fields[90] } });
    expect(terminal.trusts(answer)).toBe(true);
    expect(code(await client.ask(reversal))).toBe('00');
    await expect(settled(() => network.postedMinor('bank-a'), before)).resolves.toBe(before);
  });

  it('refuses a wrong PIN with 55, a bad MAC with 88', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal, client);
    const pin = card().pin === '1234' ? '4321' : '1234';
    const wrong = terminal.withdrawal({ ...card(), pin, amountMinor: 1_000 });
    expect(code(await client.ask(wrong))).toBe('55');
    const before = await network.postedMinor('bank-a');
    const forged = terminal.withdrawal({ ...card(), amountMinor: 1_000 });
    forged.fields[4] = '000000090000';
    expect(code(await client.ask(forged))).toBe('88');
    expect(await network.postedMinor('bank-a')).toBe(before);
  });

  it('looks at the MAC before anything else: no verdict on card, PIN or amount', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal, client);
    const wrongPin = card().pin === '1234' ? '4321' : '1234';
    const unknown = terminal.withdrawal({ ...card(), pan: '9900000000000013', amountMinor: 1_000 });
    const tries = [1, 2, 3, 4].map(() =>
      terminal.withdrawal({ ...card(), pin: wrongPin, amountMinor: 1_000 }),
    );
    for (const forged of [unknown, ...tries]) {
      forged.fields[64] = new Uint8Array(8);
      expect(code(await client.ask(forged))).toBe('88');
    }
    // Four wrong PINs behind a bad MAC have not cost the card a try.
    const good = terminal.withdrawal({ ...card(), amountMinor: 1_000 });
    expect(code(await client.ask(good))).toBe('00');
  });

  it('pays once for a request that comes twice at the same time, or over another connection', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal, client);
    const before = await network.postedMinor('bank-a');
    const request = terminal.withdrawal({ ...card(), amountMinor: 1_500 });
    const frame = client.frame(request);
    client.socket.write(Buffer.concat([frame, frame, frame]));
    const first = await client.next();
    expect(first).toMatchObject({ mti: '0210', fields: { 39: '00', 11: request.fields[11] } });
    const other = await open();
    await signOn(terminal, other);
    const again = await other.ask(request);
    expect(again).toMatchObject({ mti: '0210', fields: { 39: '00', 38: first.fields[38] } });
    other.close();
    expect((await network.postedMinor('bank-a')) - before).toBe(1_500n);
  });

  it('takes a STAN that comes round at another time, and 94 under an RRN or a time that is taken', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal, client);
    const request = terminal.withdrawal({ ...card(), amountMinor: 1_000 });
    expect(code(await client.ask(request))).toBe('00');
    const later = terminal.withdrawal({ ...card(), amountMinor: 1_000 });
    const time = String(Number(later.fields[7]) + 1).padStart(10, '0');
    const round = terminal.resigned(later, { 7: time, 11: request.fields[11]! });
    expect(code(await client.ask(round))).toBe('00');
    const before = await network.postedMinor('bank-a');
    const other = terminal.withdrawal({ ...card(), amountMinor: 2_000 });
    const reused = terminal.resigned(other, { 37: request.fields[37]! });
    expect(code(await client.ask(reused))).toBe('94');
    const { 7: at, 11: stan } = request.fields as Record<number, string>;
    const sameTime = terminal.resigned(other, { 7: at!, 11: stan!, 37: '999999999999' });
    // With others in one chunk: they are paid all the same.
    const good = terminal.withdrawal({ ...card(), amountMinor: 500 });
    client.socket.write(Buffer.concat([sameTime, good].map((each) => client.frame(each))));
    const both = [await client.next(), await client.next()];
    expect(Object.fromEntries(both.map(({ fields }) => [fields[37], fields[39]]))).toEqual({
      '999999999999': '94',
      [String(good.fields[37])]: '00',
    });
    expect((await network.postedMinor('bank-a')) - before).toBe(500n);
  });

  it('declines with 96 and no MAC while the switch has no HSM, and pays when it has one', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal, client);
    const before = await network.postedMinor('bank-a');
    network.hsmGone = true;
    const request = terminal.withdrawal({ ...card(), amountMinor: 1_000 });
    const answer = await client.ask(request);
    expect(answer).toMatchObject({ mti: '0210', fields: { 11: request.fields[11], 39: '96' } });
    expect(answer.fields[64]).toBeUndefined();
    expect(terminal.trusts(answer)).toBe(false);
    network.hsmGone = false;
    // A terminal believes no answer without a MAC: it reverses what it does not know to be declined.
    expect(code(await client.ask(terminal.reversal(request)))).toBe('00');
    const next = terminal.withdrawal({ ...card(), amountMinor: 1_000 });
    expect(code(await client.ask(next))).toBe('00');
    expect((await network.postedMinor('bank-a')) - before).toBe(1_000n);
  });

  it('tells an operator how the line is', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal, client);
    const served = await network.serve({
      lines: lines({ acquirers: [{ name: 'told', terminals: [terminals[3]!.id, 'ISO00008'] }] }),
    });
    const idle = { name: 'told', connections: 0, signedOn: 0, terminals: 2, lastClosed: null };
    expect(served.lines).toMatchObject([{ ...idle, side: 'acquirer', lastMessageAtMs: null }]);
    const told = await open({ at: served.port });
    await signOn(terminals[3]!, told);
    expect(served.lines).toMatchObject([{ connections: 1, signedOn: 1, inFlight: 0 }]);
    expect(Date.now() - served.lines[0]!.lastMessageAtMs!).toBeLessThan(60_000);
    told.socket.write(Uint8Array.of(0xff, 0xff));
    await told.closed;
    expect(served.lines).toMatchObject([
      { connections: 0, signedOn: 0, lastClosed: 'frame-refused' },
    ]);
    await served.close();
  });

  it('carries two terminals at once, each with its own answers', async () => {
    const [first, second] = terminals as [LineTerminal, LineTerminal];
    await signOn(first, client);
    await signOn(second, client);
    const requests = [first, second, first, second].map((t) =>
      t.withdrawal({ ...card(), amountMinor: 1_000 }),
    );
    client.socket.write(Buffer.concat(requests.map((r) => client.frame(r))));
    const answers = [];
    for (const _ of requests) answers.push(await client.next());
    expect(answers.map(code)).toEqual(['00', '00', '00', '00']);
    const named = (m: IsoMessage) => `${m.fields[41]}/${m.fields[11]}`;
    expect(answers.map(named).sort()).toEqual(requests.map(named).sort());
  });

  it('refuses what a terminal of another line says, and money before a sign-on', async () => {
    const foreign = terminals[2]!;
    expect(code(await client.ask(foreign.network('001')))).toBe('05');
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal, client);
    const other = await open();
    const early = terminal.withdrawal({ ...card(), amountMinor: 1_000 });
    expect(code(await other.ask(early))).toBe('12');
    other.close();
  });

  it('signs off, and on again', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal, client);
    expect(code(await client.ask(terminal.network('002')))).toBe('00');
    const signedOff = terminal.withdrawal({ ...card(), amountMinor: 1_000 });
    expect(code(await client.ask(signedOff))).toBe('12');
    await signOn(terminal, client);
    expect(code(await client.ask(terminal.resigned(signedOff, {})))).toBe('00');
  });

  it('keeps a terminal on its connection, whatever another one says without a MAC', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal, client);
    const other = await open();
    for (const asked of ['001', '301']) {
      const forged = terminal.network(asked);
      delete forged.fields[128];
      expect(code(await other.ask(forged))).toBe('88');
    }
    const request = terminal.withdrawal({ ...card(), amountMinor: 1_000 });
    expect(await client.ask(request)).toMatchObject({
      fields: { 11: request.fields[11], 39: '00' },
    });
    expect(code(await other.ask(terminal.withdrawal({ ...card(), amountMinor: 1_000 })))).toBe(
      '12',
    );
    other.close();
  });

  it('serves a terminal on two connections that signed on, each with the answers it asked for', async () => {
    const [terminal] = terminals as [LineTerminal];
    const other = await open();
    await signOn(terminal, client);
    await signOn(terminal, other);
    const asked = [client, other, client].map((line) => {
      const request = terminal.withdrawal({ ...card(), amountMinor: 500 });
      line.socket.write(line.frame(request));
      return { line, stan: request.fields[11] };
    });
    for (const { line, stan } of asked) {
      expect(await line.next()).toMatchObject({ mti: '0210', fields: { 11: stan, 39: '00' } });
    }
    other.close();
  });

  it('drops the answer of a connection that went away, and gives it when it is asked again', async () => {
    const [terminal] = terminals as [LineTerminal];
    const first = await open();
    await signOn(terminal, first);
    await signOn(terminal, client);
    const request = terminal.withdrawal({ ...card(), amountMinor: 500 });
    const held = network.holdAnswers();
    first.socket.write(first.frame(request));
    await until(() => held.waiting > 0);
    first.close();
    await first.closed;
    await held.release();
    expect(code(await client.ask(terminal.network('301')))).toBe('00');
    const again = await client.ask(request);
    expect(again).toMatchObject({ mti: '0210', fields: { 11: request.fields[11], 39: '00' } });
  });

  it('answers under the header of the very request', async () => {
    const terminal = terminals[3]!;
    const acquirer = { name: 'tpdu', headerBytes: 5, tpdu: true, terminals: [terminal.id] };
    const served = await network.serve({ lines: lines({ acquirers: [acquirer] }) });
    const framing: Framing = { ...LENGTH2, headerBytes: 5 };
    const line = await open({ at: served.port, framing });
    await signOn(terminal, line);
    const requests = [1, 2, 3].map((origin) => {
      const message = terminal.network('301');
      const header = Uint8Array.of(0x60, 0, 9, 0, origin);
      return { message, bytes: frame(pack(message, PACKINGS.ascii), framing, header), origin };
    });
    const headers: number[][] = [];
    const splitter = new FrameSplitter(framing);
    line.socket.on('data', (chunk: Buffer) => {
      const frames = splitter.push(chunk);
      if (frames.ok) headers.push(...frames.value.map(({ header }) => [...header]));
    });
    line.socket.write(Buffer.concat(requests.map(({ bytes }) => bytes)));
    for (const { message } of requests) {
      expect((await line.next()).fields[11]).toBe(message.fields[11]);
    }
    expect(headers).toEqual(requests.map(({ origin }) => [0x60, 0, origin, 0, 9]));
    line.close();
    await served.close();
  });

  it('takes no sign-on without a MAC, even of a terminal that has no key yet', async () => {
    const terminal = terminals[2]!;
    const served = await network.serve({
      lines: lines({ acquirers: [{ name: 'keyless', terminals: [terminal.id] }] }),
    });
    const line = await open({ at: served.port });
    for (const asked of ['001', '002', '301']) {
      expect(code(await line.ask(terminal.network(asked)))).toBe('88');
    }
    expect(served.lines).toMatchObject([{ signedOn: 0 }]);
    await signOn(terminal, line);
    expect(served.lines).toMatchObject([{ signedOn: 1 }]);
    line.close();
    await served.close();
  });

  it('says so when a line names the port that other lines have from the configuration', async () => {
    const acquirers = [
      { name: 'one', terminals: ['ISO00008'] },
      { name: 'two', terminals: ['ISO00009'], port: 8583 },
    ];
    const serving = network.serve({ lines: lines({ acquirers }), port: 8583 });
    await expect(serving).rejects.toThrow('line two: 8583 is PINFOLD_ISO_PORT');
  });
});

/** The value once it is as wished. */
async function settled(read: () => Promise<bigint>, wished: bigint): Promise<bigint> {
  let seen: bigint | undefined;
  const isThere = async () => {
    seen = await read();
    return seen === wished;
  };
  await until(isThere, { tell: () => `${seen}` });
  return wished;
}
