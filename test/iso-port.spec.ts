/** ISO 8583 over TCP as terminals and partners see it, against a switch with real devices. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  FrameSplitter,
  type Framing,
  frame,
  type IsoMessage,
  type Packaging,
  pack,
} from '@pinfold/iso8583';
import { LINE_LIMITS, type Lines, PACKINGS, parseLines } from '../apps/switch/src/index.js';
import { until } from '../libs/platform/src/testing/until.js';
import { LineClient } from './support/line-client.js';
import { LineNetwork } from './support/line-network.js';
import { LineTerminal } from './support/line-terminal.js';

const LENGTH2: Framing = { kind: 'length2', headerBytes: 0, maxBytes: 32_768 };
const lines = (document: object): Lines =>
  parseLines(JSON.stringify(document), { path: 'lines.json', folder: '.' });
const code = ({ fields }: IsoMessage): unknown => fields[39];

describe('a line of terminals', () => {
  let network: LineNetwork;
  let terminals: LineTerminal[];
  let port: number;
  let client: LineClient;
  const card = () => network.parts.issuers[0]!.cards[0]!;
  const open = (o: { at?: number; packaging?: Packaging; framing?: Framing } = {}) =>
    LineClient.open(o.at ?? port, {
      framing: o.framing ?? LENGTH2,
      packaging: o.packaging ?? PACKINGS.ascii,
    });

  beforeAll(async () => {
    network = await LineNetwork.open();
    await network.signedOn();
    terminals = network.parts.terminals.map((terminal) => new LineTerminal(terminal));
    const served = terminals.slice(0, 2).map(({ id }) => id);
    ({ port } = await network.serve({
      lines: lines({ acquirers: [{ name: 'one', terminals: served }] }),
    }));
  });
  afterAll(() => network.close());
  beforeEach(async () => {
    client = await open();
  });
  afterEach(() => client.close());

  /** New keys where there are none, then a sign-on under them. */
  async function signOn(terminal: LineTerminal, line = client): Promise<void> {
    if (terminal.pad.version('TAK') === undefined) {
      const offered = await line.ask(terminal.network('101'));
      expect(offered).toMatchObject({ mti: '0810', fields: { 39: '00', 70: '101' } });
      terminal.takeKeys(offered);
    }
    const answer = await line.ask(terminal.network('001'));
    expect(answer).toMatchObject({ mti: '0810', fields: { 39: '00', 41: terminal.id } });
    expect(terminal.trusts(answer)).toBe(true);
  }

  it('gives keys, signs on, echoes', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal);
    expect(code(await client.ask(terminal.network('301')))).toBe('00');
    expect(code(await client.ask(terminal.network('999')))).toBe('12');
  });

  it('pays, and answers a repeat with what is stored', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal);
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
    await signOn(terminal);
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
    await signOn(terminal);
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
    await signOn(terminal);
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
    await signOn(terminal);
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
    await signOn(terminal);
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
    await signOn(terminal);
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
    await signOn(terminal);
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
    await signOn(first);
    await signOn(second);
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
    await signOn(terminal);
    const other = await open();
    const early = terminal.withdrawal({ ...card(), amountMinor: 1_000 });
    expect(code(await other.ask(early))).toBe('12');
    other.close();
  });

  it('signs off, and on again', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal);
    expect(code(await client.ask(terminal.network('002')))).toBe('00');
    const signedOff = terminal.withdrawal({ ...card(), amountMinor: 1_000 });
    expect(code(await client.ask(signedOff))).toBe('12');
    await signOn(terminal);
    expect(code(await client.ask(terminal.resigned(signedOff, {})))).toBe('00');
  });

  it('keeps a terminal on its connection, whatever another one says without a MAC', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal);
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
    await signOn(terminal);
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
    await signOn(terminal);
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

  it('takes a message that comes byte by byte', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal);
    const bytes = client.frame(terminal.network('301'));
    for (const byte of bytes) {
      client.socket.write(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
    expect(code(await client.next())).toBe('00');
  });

  it('takes a message split at every byte', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal);
    const length = client.frame(terminal.network('301')).length;
    for (let at = 1; at < length; at++) {
      const bytes = client.frame(terminal.network('301'));
      client.socket.write(bytes.subarray(0, at));
      await new Promise(setImmediate);
      client.socket.write(bytes.subarray(at));
    }
    for (let at = 1; at < length; at++) expect(code(await client.next())).toBe('00');
  });

  it('answers 30 to what does not parse, while MTI and STAN can be read', async () => {
    const request = terminals[0]!.network('301');
    const bytes = pack(request, PACKINGS.ascii);
    bytes[bytes.length - 1] = 'x'.charCodeAt(0);
    client.socket.write(Uint8Array.of(0, bytes.length));
    client.socket.write(bytes);
    const answer = await client.next();
    expect(answer).toMatchObject({ mti: '0810', fields: { 11: request.fields[11], 39: '30' } });
    const unknown = { mti: '0600', fields: { 11: '000001', 41: terminals[0]!.id } };
    expect(await client.ask(unknown)).toMatchObject({ mti: '0610', fields: { 39: '12' } });
  });

  it.each([
    ['no message', Uint8Array.of(0, 3, 1, 2, 3)],
    ['an empty frame', Uint8Array.of(0, 0)],
    ['a frame above the limit', Uint8Array.of(0xff, 0xff)],
    [
      'a message without a STAN',
      Buffer.from('\0\x2108008000000000000000040000000000000030', 'latin1'),
    ],
  ])('closes after %s', async (_, bytes) => {
    client.socket.write(bytes);
    await client.closed;
  });

  describe('within limits', () => {
    let narrow: number;
    const limits = {
      ...LINE_LIMITS,
      frameMs: 150,
      idleMs: 400,
      connectionsPerAddress: 3,
      inFlightMs: 300,
    };

    beforeAll(async () => {
      const acquirers = [{ name: 'narrow', terminals: [terminals[3]!.id], inFlight: 2 }];
      ({ port: narrow } = await network.serve({ lines: lines({ acquirers }), limits }));
    });

    it('ends a slow sender', async () => {
      const slow = await open({ at: narrow });
      const begun = performance.now();
      const drip = setInterval(() => slow.socket.write('0'), 20);
      slow.socket.write(Uint8Array.of(4, 0));
      await slow.closed;
      clearInterval(drip);
      expect(performance.now() - begun).toBeLessThan(3_000);
    });

    it('answers one that says no more but listens, then ends it', async () => {
      const acquirers = [{ name: 'ends', terminals: [terminals[3]!.id] }];
      const served = await network.serve({ lines: lines({ acquirers }) });
      const line = await open({ at: served.port });
      const requests = [1, 2, 3].map(() => terminals[3]!.network('301'));
      for (const request of requests) line.socket.write(line.frame(request));
      line.socket.end();
      for (const request of requests) {
        expect((await line.next()).fields[11]).toBe(request.fields[11]);
      }
      await line.closed;
      await served.close();
    });

    it('ends a silent connection', async () => {
      const silent = await open({ at: narrow });
      await silent.closed;
    });

    it('turns away the fourth connection of an address, and has room again after', async () => {
      const three = await Promise.all([1, 2, 3].map(() => open({ at: narrow })));
      const fourth = await open({ at: narrow });
      await fourth.closed;
      for (const each of three) each.close();
      await Promise.all(three.map(({ closed }) => closed));
      // The port hears of the ends a little later than this side does.
      await until(async () => {
        const fifth = await open({ at: narrow });
        const asked = fifth.ask(terminals[0]!.network('301')).then(code);
        const answer = await Promise.race([asked, fifth.closed.then(() => 'turned away')]);
        fifth.close();
        return answer === '05';
      });
    });

    it('ends a connection that takes no answers', async () => {
      const acquirers = [{ name: 'deaf', terminals: ['ISO00009'] }];
      const served = await network.serve({
        lines: lines({ acquirers }),
        limits: { ...LINE_LIMITS, writeBufferBytes: 1_024 },
      });
      const deaf = await open({ at: served.port });
      deaf.socket.pause();
      const many = Buffer.concat(Array(500).fill(deaf.frame(terminals[0]!.network('301'))));
      while (!deaf.socket.destroyed && deaf.socket.writable) {
        deaf.socket.write(many);
        await sleep(5);
        if (deaf.socket.bytesWritten > 64e6) throw new Error('nobody ended it');
      }
      await served.close();
    });

    it('reads no further than the requests in flight allow, and loses none', async () => {
      const busy = await open({ at: narrow });
      await signOn(terminals[3]!, busy);
      const requests = Array.from({ length: 12 }, () => terminals[3]!.network('301'));
      busy.socket.write(Buffer.concat(requests.map((r) => busy.frame(r))));
      for (const request of requests) {
        expect((await busy.next()).fields[11]).toBe(request.fields[11]);
      }
      busy.close();
    });
  });

  it.each([
    ['ascii', 4, 0, false],
    ['ascii-binary', 2, 5, true],
    ['binary', 2, 0, false],
    ['binary', 0, 3, false],
    ['ascii', 0, 0, false],
    ['ascii-binary', 4, 0, false],
    ['binary', 4, 5, true],
  ] as const)(
    'speaks %s behind %d bytes of length and %d of header',
    async (packing, lengthBytes, headerBytes, tpdu) => {
      const terminal = terminals[2]!;
      const name = `${packing}-${lengthBytes}`;
      const acquirer = { name, packing, lengthBytes, headerBytes, tpdu, terminals: [terminal.id] };
      const served = await network.serve({ lines: lines({ acquirers: [acquirer] }) });
      const kind = ({ 0: 'none', 2: 'length2', 4: 'length4' } as const)[lengthBytes];
      const packaging = PACKINGS[packing];
      const framing = { kind, headerBytes, maxBytes: 9_999, packaging };
      const line = await open({ at: served.port, framing, packaging });
      await signOn(terminal, line);
      const answer = await line.ask(terminal.withdrawal({ ...card(), amountMinor: 1_000 }));
      expect(code(answer)).toBe('00');
      expect(terminal.trusts(answer)).toBe(true);
      line.close();
      await served.close();
    },
  );
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
