/**
 * The host port: payShield-style commands to a host device over TCP, plain on the loopback address, and
 * over TLS with client certificates, which may use all commands or those that are theirs. Used by the
 * HSM process and by the program that runs everything.
 */
import { performance } from 'node:perf_hooks';
import {
  type Answer,
  type ClientOfDevice,
  HOST_COMMANDS,
  HostDevice,
  listenWire,
  type WireEvent,
  type WireLimits,
  type WireOptions,
  type WirePort,
} from '@pinfold/host-commands';
import type { LmkDevice } from '@pinfold/hsm';
import type { Logger, Metrics } from '@pinfold/platform';
import type { ClientRights } from './client-rights.js';

/** A second port over TLS, to the same device. */
export interface HostTls {
  readonly port: number;
  readonly certificates: NonNullable<WireOptions['tls']>;
  /** What each client may do, by fingerprint; without it every client may do everything. */
  readonly clients?: ReadonlyMap<string, ClientRights>;
}

export interface HostPortOptions {
  readonly port: number;
  readonly listen?: string;
  readonly device: LmkDevice;
  /** Characters before a command; 4 when not given. */
  readonly headerLength?: number;
  readonly limits?: Partial<WireLimits>;
  readonly tls?: HostTls;
  readonly logger: Logger;
  readonly metrics?: Metrics;
}

export interface HostPort {
  readonly port: number;
  /** The TLS port's number; 0 where there is none. */
  readonly tlsPort: number;
  readonly device: HostDevice;
  readonly connections: number;
  /** One line for the banner. */
  readonly banner: string;
  close(): Promise<void>;
}

/** Starts listening; what has been asked is answered before `close` resolves. */
export async function startHostPort(options: HostPortOptions): Promise<HostPort> {
  const { logger } = options;
  const load = loadMeter();
  const device = new HostDevice({
    commands: HOST_COMMANDS,
    module: options.device,
    headerLength: options.headerLength,
    loadPercent: load,
    report: ({ command, code, setting, field, error }) => {
      if (error !== undefined) logger.error('a bug in a host command', { command, err: error });
      else if (setting === undefined) logger.debug('field does not fit', { command, code, field });
      else logger.debug('refused by a security setting', { command, code, setting });
    },
  });
  options.device.onAuthorisation(({ state, officer }) => {
    const name = officer && options.tls?.clients?.get(officer)?.name;
    logger.warn('authorised state of the host device', { state, name });
  });
  const count = counters(options.metrics);
  const answerOf =
    (of: HostDevice): Answer =>
    (messages, replies) => {
      of.answerMany(messages, replies);
      count.commands(messages.count);
    };
  const answer = answerOf(device);
  const common = {
    listen: options.listen,
    minBytes: device.headerLength + 2,
    limits: options.limits,
    answer,
    report: (event: WireEvent) => {
      count.event(event);
      if (event !== 'connected' && event !== 'closed') logger.warn('host port', { event });
    },
  };
  const port = await listenWire({ ...common, port: options.port });
  const parts = { common, device, answerOf, logger };
  const second = await openTls(options.tls, parts).catch(async (error) => {
    await port.close();
    throw error;
  });
  return {
    port: port.port,
    tlsPort: second?.port ?? 0,
    device,
    get connections() {
      return port.connections + (second?.connections ?? 0);
    },
    banner: bannerOf(device, { port: port.port, tls: second?.port }),
    close: async () => {
      await Promise.all([port.close(), second?.close()]);
      device.module.wipe();
    },
  };
}

interface TlsParts {
  readonly common: Omit<WireOptions, 'port' | 'tls'> & { readonly answer: Answer };
  readonly device: HostDevice;
  readonly answerOf: (of: HostDevice) => Answer;
  readonly logger: Logger;
}

async function openTls(
  tls: HostTls | undefined,
  { common, device, answerOf, logger }: TlsParts,
): Promise<WirePort | undefined> {
  if (tls === undefined) return undefined;
  const of = (client: ClientOfDevice) => answerOf(device.limitedTo(client));
  const answerOfClient = answersBy(tls.clients, { all: common.answer, of });
  const answerFor = (fingerprint: string) => {
    const its = answerOfClient(fingerprint);
    if (its === undefined) logger.warn('no rights for a client certificate', { fingerprint });
    return its;
  };
  return listenWire({ ...common, port: tls.port, tls: tls.certificates, answerFor });
}

/** One answer for each set of commands: messages of clients with the same rights share batches. */
function answersBy(
  clients: HostTls['clients'],
  { all, of }: { all: Answer; of: (client: ClientOfDevice) => Answer },
): (fingerprint: string) => Answer | undefined {
  if (clients === undefined) return () => all;
  const bySet = new Map<string, Answer>();
  const answers = new Map<string, Answer>();
  for (const [fingerprint, { commands, officer }] of clients) {
    const client = { commands, officer: officer ? fingerprint : undefined };
    const name = [...commands, client.officer].sort().join(' ');
    const answer = bySet.get(name) ?? of(client);
    bySet.set(name, answer);
    answers.set(fingerprint, answer);
  }
  return (fingerprint) => answers.get(fingerprint);
}

function counters(metrics: Metrics | undefined) {
  const commands = metrics?.counter({
    name: 'pinfold_host_commands_total',
    help: 'host commands answered',
  });
  const events = metrics?.counter({
    name: 'pinfold_host_connections_total',
    help: 'what happened to connections of the host port',
    labels: {
      event: ['connected', 'closed', 'refused', 'malformed', 'slow', 'unsent', 'failed'],
    },
  });
  return {
    commands: (many: number) => commands?.add({}, many),
    event: (event: string) => events?.add({ event }),
  };
}

/** Busy share of the event loop since the last look, in percent. */
function loadMeter(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization * 100;
  };
}

function bannerOf(
  { module: { mode, lmks } }: HostDevice,
  { port, tls }: { port: number; tls: number | undefined },
): string {
  const which = lmks.map(({ id, name }) => `${id} ${name}`).join('; ');
  const state = mode === 'legacy' ? 'authorised, clear PINs enabled' : 'not authorised';
  const ports = tls === undefined ? `port ${port}` : `port ${port} and, over TLS, ${tls}`;
  return `host commands on ${ports}: a ${mode} device of its own with the published TEST LMKs (${which}), ${state}`;
}
