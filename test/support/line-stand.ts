/** A switch with one line of terminals, and what a terminal driver does with it. */
import type { Framing, IsoMessage, Packaging } from '@pinfold/iso8583';
import { type Lines, PACKINGS, parseLines } from '../../apps/switch/src/index.js';
import { LineClient } from './line-client.js';
import { LineNetwork } from './line-network.js';
import { LineTerminal } from './line-terminal.js';

export const LENGTH2: Framing = { kind: 'length2', headerBytes: 0, maxBytes: 32_768 };

export const lines = (document: object): Lines =>
  parseLines(JSON.stringify(document), { path: 'lines.json', folder: '.' });

export const code = ({ fields }: IsoMessage): unknown => fields[39];

export class LineStand {
  readonly network: LineNetwork;
  readonly terminals: readonly LineTerminal[];
  readonly #port: number;

  private constructor(network: LineNetwork, terminals: readonly LineTerminal[], port: number) {
    this.network = network;
    this.terminals = terminals;
    this.#port = port;
  }

  /** The line `one` carries the first two terminals. */
  static async open(): Promise<LineStand> {
    const network = await LineNetwork.open();
    await network.signedOn();
    const terminals = network.parts.terminals.map((terminal) => new LineTerminal(terminal));
    const served = terminals.slice(0, 2).map(({ id }) => id);
    const acquirers = [{ name: 'one', terminals: served }];
    const { port } = await network.serve({ lines: lines({ acquirers }) });
    return new LineStand(network, terminals, port);
  }

  close(): Promise<void> {
    return this.network.close();
  }

  card() {
    return this.network.parts.issuers[0]!.cards[0]!;
  }

  /** A connection, to the line `one` unless `at` says another port. */
  connect(o: { at?: number; packaging?: Packaging; framing?: Framing } = {}): Promise<LineClient> {
    const { framing = LENGTH2, packaging = PACKINGS.ascii } = o;
    return LineClient.open(o.at ?? this.#port, { framing, packaging });
  }
}

/** New keys where there are none, then a sign-on under them. */
export async function signOn(terminal: LineTerminal, line: LineClient): Promise<void> {
  if (terminal.pad.version('TAK') === undefined) {
    const offered = await line.ask(terminal.network('101'));
    expect(offered).toMatchObject({ mti: '0810', fields: { 39: '00', 70: '101' } });
    terminal.takeKeys(offered);
  }
  const answer = await line.ask(terminal.network('001'));
  expect(answer).toMatchObject({ mti: '0810', fields: { 39: '00', 41: terminal.id } });
  expect(terminal.trusts(answer)).toBe(true);
}
