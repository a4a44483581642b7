/** Lines under mutual TLS: the certificate says which line a connection is; without one it is nobody. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { Framing } from '@pinfold/iso8583';
import { LINE_LIMITS, PACKINGS, parseLines } from '../apps/switch/src/index.js';
import { Authority, type Signed } from './support/certificates.js';
import { LineClient } from './support/line-client.js';
import { LineNetwork } from './support/line-network.js';
import { LineTerminal } from './support/line-terminal.js';
import { testFolder } from './support/program.js';

const LENGTH2: Framing = { kind: 'length2', headerBytes: 0, maxBytes: 32_768 };
/** All connections of the test are one address's. */
const limits = { ...LINE_LIMITS, handshakesPerSecond: 1_000 };

describe('lines under TLS', () => {
  const folder = testFolder();
  const ours = new Authority('terminals');
  const [server, first, second, unknown, expired] = [
    ours.sign('127.0.0.1'),
    ours.sign('first'),
    ours.sign('second'),
    ours.sign('unknown'),
    ours.sign('expired', { expired: true }),
  ];
  const stranger = new Authority('somebody').sign('first');
  let network: LineNetwork;
  let terminals: LineTerminal[];
  let port: number;

  const open = (o: ConnectionOptions, at = port) =>
    LineClient.open(at, {
      framing: LENGTH2,
      packaging: PACKINGS.ascii,
      tls: { ca: ours.certificate, ...o },
    });
  const by = ({ key, certificate: cert }: Signed) => open({ key, cert });

  const document = () => {
    const tls = { key: 'server.key', certificate: 'server.pem', clientCa: 'ca.pem' };
    const line = (name: string, { fingerprint }: Signed, { id }: LineTerminal) => {
      return { name, tls, certificates: [fingerprint], terminals: [id] };
    };
    const [one, two] = terminals as [LineTerminal, LineTerminal];
    return { acquirers: [line('one', first, one), line('two', second, two)] };
  };
  const lines = () =>
    parseLines(JSON.stringify(document()), { path: 'lines.json', folder: folder.path });

  beforeAll(async () => {
    const files = {
      'server.key': server.key,
      'server.pem': server.certificate,
      'ca.pem': ours.certificate,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, name), text);
    network = await LineNetwork.open();
    terminals = network.parts.terminals.map((terminal) => new LineTerminal(terminal));
    ({ port } = await network.serve({ lines: lines(), limits }));
  });
  afterAll(async () => {
    await network.close();
    folder.remove();
  });

  it('lets each certificate speak for the terminals of its line, on one port', async () => {
    const [one, two] = terminals as [LineTerminal, LineTerminal];
    const [a, b] = [await by(first), await by(second)];
    expect((await a.ask(one.network('101'))).fields[39]).toBe('00');
    expect((await b.ask(two.network('101'))).fields[39]).toBe('00');
    expect((await a.ask(two.network('001'))).fields[39]).toBe('05');
    expect((await b.ask(one.network('001'))).fields[39]).toBe('05');
    a.close();
    b.close();
  });

  it.each([
    ['a certificate of another authority', () => by(stranger)],
    ['an expired certificate', () => by(expired)],
    ['a certificate of no line', () => by(unknown)],
    ['no certificate', () => open({})],
    ['no TLS at all', () => LineClient.open(port, { framing: LENGTH2, packaging: PACKINGS.ascii })],
    [
      'TLS before 1.2',
      () => open({ key: first.key, cert: first.certificate, maxVersion: 'TLSv1.1' }),
    ],
  ])('ends a connection with %s', async (_, connect) => {
    const refused = await connect();
    let answers = 0;
    refused.next(60_000).then(
      () => answers++,
      () => undefined,
    );
    if (!refused.socket.destroyed)
      refused.socket.write(refused.frame(terminals[0]!.network('301')));
    await refused.closed;
    expect(answers).toBe(0);
  });

  it('lets a client find out that the server is not the one it knows', async () => {
    const { key, certificate: cert } = first;
    const other = new Authority('another bank').certificate;
    const client = await open({ key, cert, ca: other });
    await client.closed;
  });

  it('has a limit on handshakes, and room again a second later', async () => {
    const served = await network.serve({
      lines: lines(),
      limits: { ...limits, handshakesPerSecond: 2 },
    });
    const { key, certificate: cert } = first;
    const flood = await Promise.all([1, 2, 3, 4, 5, 6].map(() => open({ key, cert }, served.port)));
    const refused = () => flood.filter(({ socket }) => socket.destroyed).length;
    expect(refused()).toBeGreaterThanOrEqual(2);
    for (const client of flood) client.close();
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const later = await open({ key, cert }, served.port);
    expect((await later.ask(terminals[2]!.network('301'))).fields[39]).toBe('05');
    later.close();
  });
});
