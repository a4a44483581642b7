/**
 * The ISO 8583 lines of a switch: listening ports for terminals, connections to partners that issue.
 * What is given here is the configuration and two kinds of wire; see `acquirer-line.ts` and
 * `issuer-line.ts` for what a line does.
 */
import type { Bus } from '@pinfold/bus';
import { fromHex } from '@pinfold/crypto';
import type { SwitchStore, Wire } from '@pinfold/flows';
import { issuerRequests, TOPICS } from '@pinfold/messages';
import { type Logger, UsageError } from '@pinfold/platform';
import { AcquirerLine } from './acquirer-line.js';
import type { IsoMetrics } from './iso-metrics.js';
import { IsoServer } from './iso-server.js';
import { IssuerLine } from './issuer-line.js';
import { LINE_LIMITS, type LineLimits, limitsOf } from './limits.js';
import type { LineState } from './line-state.js';
import {
  type AcquirerConfig,
  byPort,
  type IssuerConfig,
  LENGTHS,
  type Lines,
} from './lines-file.js';
import { PACKINGS } from './packing.js';
import { signOnAgain } from './sign-on-again.js';
import { authorities, pem } from './tls-files.js';

export interface IsoPortOptions {
  readonly lines: Lines;
  /** For lines that name no port of their own; 0: any free one. */
  readonly port: number;
  readonly bus: Bus;
  /** Sends to `atm.requests` and takes from `atm.answers`, under the fleet's link. */
  readonly terminalWire: Wire;
  /** Takes an issuer's requests and sends its answers, under the issuer's link. */
  readonly issuerWire: (issuer: string) => Wire;
  readonly store: Pick<SwitchStore, 'transact'>;
  readonly limits?: LineLimits;
  readonly metrics?: IsoMetrics;
  readonly logger: Logger;
}

export interface IsoPort {
  /** Of the lines without a port of their own; 0 when there are none. */
  readonly port: number;
  readonly issuers: readonly { readonly issuer: string; readonly up: boolean }[];
  /** Of all lines, in the order of the file. */
  readonly lines: readonly LineState[];
  /** No new connections; what has come in is on the bus. */
  close(): Promise<void>;
}

const PORT_VARIABLE = 'PINFOLD_ISO_PORT';

/**
 * Topics must exist.
 * @throws PortTakenError; EnvironmentError for a TLS file that cannot be read; UsageError
 */
export async function startIsoPort(options: IsoPortOptions): Promise<IsoPort> {
  const { lines, bus } = options;
  refusePortTwice(options);
  const ends: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    let port = 0;
    const acquirers = new Map<string, () => LineState>();
    for (const group of byPort(lines.acquirers)) {
      const { server, served } = await listen(group, options, ends);
      if (group[0]!.port === undefined) port = server.port;
      group.forEach((config, i) => {
        const { line } = served[i]!;
        acquirers.set(config.name, () => acquirerState(config, server.port, line));
      });
    }
    const issuers: IssuerLine[] = [];
    for (const config of lines.issuers) {
      const line = issuerLine(config, options);
      const topics = [issuerRequests(config.name)];
      const subscription = await bus.subscribe(
        { topics, group: `iso-issuer-${config.name}` },
        async (chunk) => line.onRequests(chunk),
      );
      ends.push(
        () => line.stop(),
        () => subscription.close(),
      );
      line.start();
      issuers.push(line);
    }
    const states = () => lines.issuers.map(({ name }, i) => ({ issuer: name, up: issuers[i]!.up }));
    return {
      port,
      get issuers() {
        return states();
      },
      get lines() {
        return [
          ...lines.acquirers.map(({ name }) => acquirers.get(name)!()),
          ...lines.issuers.map((config, i) => issuerState(config, issuers[i]!)),
        ];
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws UsageError where one line names the port that another one gets from the configuration */
function refusePortTwice({ lines: { acquirers }, port }: IsoPortOptions): void {
  const named = acquirers.find((line) => line.port === port);
  if (named === undefined || acquirers.every((line) => line.port !== undefined)) return;
  throw new UsageError(`line ${named.name}: ${port} is ${PORT_VARIABLE}, so leave "port" out`);
}

async function listen(
  group: readonly AcquirerConfig[],
  options: IsoPortOptions,
  ends: (() => Promise<void>)[],
): Promise<{ server: IsoServer; served: readonly { line: AcquirerLine }[] }> {
  const { bus, limits = LINE_LIMITS, metrics, logger } = options;
  const served = group.map((config) => ({
    line: new AcquirerLine({
      name: config.name,
      terminals: config.terminals,
      packaging: PACKINGS[config.packing],
      tpdu: config.tpdu,
      limits: limitsOf(config, limits),
      wire: options.terminalWire,
      send: (records) => bus.send(records),
      metrics,
    }),
    framing: {
      kind: LENGTHS[config.lengthBytes],
      headerBytes: config.headerBytes,
      maxBytes: limits.frameBytes,
      packaging: PACKINGS[config.packing],
    },
    fingerprints: config.certificates,
  }));
  const { port, address, tls } = group[0]!;
  // Answers have their way back before the first request can come.
  for (const { line } of served) {
    const { name } = line.options;
    const subscription = await bus.subscribe(
      { topics: [TOPICS.atmAnswers], group: `iso-line-${name}` },
      async (chunk) => line.onAnswers(chunk),
    );
    ends.push(() => subscription.close());
  }
  const server = await IsoServer.listen({
    port: port ?? options.port,
    ...(port === undefined ? { portVariable: PORT_VARIABLE } : {}),
    address,
    lines: served,
    limits,
    metrics,
    ...(tls === undefined
      ? {}
      : {
          tls: {
            key: pem(tls.key),
            certificate: pem(tls.certificate),
            clientCa: authorities(tls.clientCa),
          },
        }),
  });
  ends.push(() => server.close());
  const names = group.map(({ name }) => name).join(', ');
  logger.debug('ISO 8583 line is served', { address: `${address}:${server.port}`, name: names });
  return { server, served };
}

function acquirerState(config: AcquirerConfig, port: number, line: AcquirerLine): LineState {
  const { name, address, packing, lengthBytes, tls } = config;
  return {
    ...{ name, packing, lengthBytes },
    side: 'acquirer',
    address: `${address}:${port}`,
    tls: tls !== undefined,
    ...line.state,
  };
}

function issuerState(config: IssuerConfig, line: IssuerLine): LineState {
  const { name, host, port, packing, lengthBytes, tls } = config;
  return {
    ...{ name, packing, lengthBytes },
    side: 'issuer',
    address: `${host}:${port}`,
    tls: tls !== undefined,
    ...{ terminals: 0, signedOn: 0, inFlight: 0 },
    ...line.state,
  };
}

function issuerLine(config: IssuerConfig, options: IsoPortOptions): IssuerLine {
  const { name: issuer, host, port, packing, lengthBytes, tls } = config;
  const { bus, store, metrics, logger } = options;
  const limits = limitsOf(config, options.limits);
  const header = fromHex(config.header);
  return new IssuerLine({
    issuer,
    host,
    port,
    framing: {
      kind: LENGTHS[lengthBytes],
      headerBytes: header.length,
      maxBytes: limits.frameBytes,
      packaging: PACKINGS[packing],
    },
    packaging: PACKINGS[packing],
    header,
    ...(tls === undefined
      ? {}
      : {
          tls: {
            ca: authorities(tls.ca),
            ...(tls.key === undefined ? {} : { key: pem(tls.key) }),
            ...(tls.certificate === undefined ? {} : { certificate: pem(tls.certificate) }),
            ...(tls.serverName === undefined ? {} : { serverName: tls.serverName }),
          },
        }),
    limits,
    wire: options.issuerWire(issuer),
    send: (records) => bus.send(records),
    onUp: () => signOnAgain(store, issuer),
    onState: (state) => logger.info('line to an issuer', { issuer, state }),
    metrics,
  });
}
