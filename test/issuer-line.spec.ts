/** A partner that issues cards is reached over a TCP line: the switch is the client. */
import { createServer, type Server, type Socket } from 'node:net';
import type { IssuerNode } from '@pinfold/flows';
import { FrameSplitter, type Framing, frame, pack, parse } from '@pinfold/iso8583';
import { type BusRecord, issuerRequests } from '@pinfold/messages';
import { type IsoPort, LINE_LIMITS, PACKINGS, parseLines } from '../apps/switch/src/index.js';
import { until } from '../libs/platform/src/testing/until.js';
import { PlainWire } from '../libs/simulation/src/plain-wire.js';
import { LineClient } from './support/line-client.js';
import { LineNetwork } from './support/line-network.js';
import { LineTerminal } from './support/line-terminal.js';

const PARTNER = 'bank-a';
const FRAMING: Framing = { kind: 'length2', headerBytes: 5, maxBytes: 32_768 };
const HEADER = Uint8Array.of(0x60, 0, 1, 0, 2);

/** The partner's host: an issuer behind a socket. */
class Host {
  readonly server: Server;
  readonly mtis: string[] = [];
  /** Takes what comes and says nothing. */
  deaf = false;
  /** What it takes and does not answer. */
  ignored: string | undefined;
  /** Every answer twice. */
  twice = false;
  socket: Socket | undefined;
  node!: IssuerNode;
  readonly #wire = new PlainWire('acq1');

  constructor() {
    this.server = createServer((socket) => {
      this.socket = socket;
      const splitter = new FrameSplitter(FRAMING);
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        const frames = splitter.push(chunk);
        if (!frames.ok) throw new Error(frames.code);
        for (const { message } of frames.value) void this.#take(message);
      });
    });
  }

  listen(port = 0): Promise<number> {
    return new Promise((resolve) => {
      this.server.listen(port, '127.0.0.1', () =>
        resolve((this.server.address() as { port: number }).port),
      );
    });
  }

  /** What the issuer answers goes out over the line. */
  readonly send = async (records: readonly BusRecord[]): Promise<void> => {
    for (const { topic, value } of records) {
      if (topic !== 'switch.answers') continue;
      this.write(value);
      if (this.twice) this.write(value);
    }
  };

  write(ascii: Uint8Array): void {
    const message = parse(ascii);
    if (!message.ok) throw new Error(message.code);
    this.socket?.write(
      frame(pack(message.value, PACKINGS.binary), FRAMING, Uint8Array.from(HEADER)),
    );
  }

  async #take(bytes: Uint8Array): Promise<void> {
    if (this.deaf) return;
    const message = parse(bytes, PACKINGS.binary);
    if (!message.ok) throw new Error(message.code);
    const kind = `${message.value.mti} ${String(message.value.fields[70] ?? '')}`.trim();
    this.mtis.push(kind);
    if (kind === this.ignored) return;
    const ascii = pack(message.value);
    const about = { topic: issuerRequests(PARTNER), keyText: 'x', correlation: '' };
    await this.node.onRequests([this.#wire.seal({ ...about, bytes: ascii })]);
  }
}

describe('a line to an issuer', () => {
  const host = new Host();
  let network: LineNetwork;
  let iso: IsoPort;
  let port: number;
  let client: LineClient;
  let terminal: LineTerminal;

  beforeAll(async () => {
    port = await host.listen();
    network = await LineNetwork.open({ without: [PARTNER] });
    const issuer = network.parts.issuers.find(({ facts }) => facts.id === PARTNER)!;
    host.node = await network.issuerNode(issuer, host.send);
    terminal = new LineTerminal(network.parts.terminals[0]!);
    const header = '60 00 01 00 02'.replaceAll(' ', '');
    const document = {
      acquirers: [{ name: 'terminals', terminals: [terminal.id] }],
      issuers: [{ name: PARTNER, host: '127.0.0.1', port, packing: 'binary', header }],
    };
    iso = await network.serve({
      limits: { ...LINE_LIMITS, unansweredMs: 500 },
      lines: parseLines(JSON.stringify(document), { path: 'lines.json', folder: '.' }),
    });
    await network.signedOn();
    client = await LineClient.open(iso.port, {
      framing: { ...FRAMING, headerBytes: 0 },
      packaging: PACKINGS.ascii,
    });
    terminal.takeKeys(await client.ask(terminal.network('101')));
    await client.ask(terminal.network('001'));
  });
  afterAll(async () => {
    client?.close();
    await network.close();
    host.socket?.destroy();
    host.server.close();
  });

  const card = () => network.parts.issuers[0]!.cards[0]!;
  const withdraw = () => client.ask(terminal.withdrawal({ ...card(), amountMinor: 3_000 }));

  it('changes keys and signs on over the line, then carries withdrawals and reversals', async () => {
    expect(host.mtis.slice(0, 2)).toEqual(['0800 101', '0800 001']);
    const request = terminal.withdrawal({ ...card(), amountMinor: 3_000 });
    const answer = await client.ask(request);
    expect(answer).toMatchObject({ mti: '0210', fields: { 39: '00' } });
    expect(terminal.trusts(answer)).toBe(true);
    expect(await network.postedMinor(PARTNER)).toBe(3_000n);
    expect((await client.ask(terminal.reversal(request))).fields[39]).toBe('00');
    await until(async () => (await network.postedMinor(PARTNER)) === 0n);
    expect(host.mtis).toContain('0420');
  });

  it('answers an echo of the partner', async () => {
    const before = host.mtis.length;
    host.write(pack({ mti: '0800', fields: { 7: '1121221530', 11: '000009', 70: '301' } }));
    await until(() => host.mtis.length > before);
    expect(host.mtis.at(-1)).toBe('0810 301');
  });

  it('comes back after a loss, signs on again, and goes on', async () => {
    const before = host.mtis.length;
    host.socket!.destroy();
    await until(() => host.mtis.slice(before).includes('0800 001'));
    await network.signedOn();
    expect(iso.issuers).toEqual([{ issuer: PARTNER, up: true }]);
    expect((await withdraw()).fields[39]).toBe('00');
  });

  it('sends nothing but 0800 until the partner has answered the sign-on', async () => {
    const before = host.mtis.length;
    host.ignored = '0800 001';
    host.socket!.destroy();
    await until(() => host.mtis.slice(before).includes('0800 001'));
    const request = terminal.withdrawal({ ...card(), amountMinor: 3_000 });
    client.socket.write(client.frame(request));
    expect((await client.next(20_000)).fields[39]).toBe('91');
    expect(host.mtis.slice(before).filter((mti) => !mti.startsWith('0800'))).toEqual([]);
    host.ignored = undefined;
    await until(async () => (await withdraw()).fields[39] === '00');
    const after = host.mtis.slice(before);
    expect(after.indexOf('0200')).toBeGreaterThan(after.indexOf('0800 001'));
  });

  it('ends a connection on which something else is spoken, and has a new one', async () => {
    const old = host.socket!;
    old.write(Uint8Array.of(0, 8, 0x60, 0, 1, 0, 2, 1, 2, 3));
    await until(() => host.socket !== old && iso.issuers[0]!.up);
    await network.signedOn();
    expect((await withdraw()).fields[39]).toBe('00');
  });

  it('takes an answer that comes twice, and one that nobody asked for, once and not at all', async () => {
    const before = await network.postedMinor(PARTNER);
    host.twice = true;
    const request = terminal.withdrawal({ ...card(), amountMinor: 3_000 });
    expect((await client.ask(request)).fields[39]).toBe('00');
    host.twice = false;
    const stranger = {
      2: card().pan,
      3: '010000',
      4: '000000003000',
      7: '1121221530',
      11: '000009',
    };
    const rest = { 32: '100001', 37: '999999999999', 39: '00', 41: terminal.id, 49: '978' };
    host.write(pack({ mti: '0210', fields: { ...stranger, ...rest } }));
    expect((await withdraw()).fields[39]).toBe('00');
    expect((await network.postedMinor(PARTNER)) - before).toBe(6_000n);
    await expect(client.next(100)).rejects.toThrow('no answer');
  });

  it('connects anew to a partner that takes requests and says nothing', async () => {
    const old = host.socket!;
    host.deaf = true;
    client.socket.write(client.frame(terminal.withdrawal({ ...card(), amountMinor: 3_000 })));
    await until(() => host.socket !== old && iso.issuers[0]!.up);
    expect(iso.lines.at(-1)).toMatchObject({ lastClosed: 'unanswered' });
    host.deaf = false;
    await network.signedOn();
    // The withdrawal that nobody answered is declined in time, and reversed at the partner.
    expect((await client.next(20_000)).fields[39]).toBe('91');
    await until(async () => (await withdraw()).fields[39] === '00');
  });
});
