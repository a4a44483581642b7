/**
 * The host port: payShield-style commands to a host device over TCP, plain on the loopback address, or
 * TLS with client certificates. Used by the HSM process and by the program that runs everything.
 */
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import {
  HOST_COMMANDS,
  HostDevice,
  type HostDeviceOptions,
  listenWire,
  type WireLimits,
  type WireOptions,
} from '@pinfold/host-commands';
import type { Logger, Metrics } from '@pinfold/platform';

export interface HostPortOptions {
  readonly port: number;
  readonly listen?: string;
  readonly device: Omit<HostDeviceOptions, 'commands' | 'random' | 'report' | 'loadPercent'>;
  readonly limits?: Partial<WireLimits>;
  readonly tls?: WireOptions['tls'];
  readonly logger: Logger;
  readonly metrics?: Metrics;
}

export interface HostPort {
  readonly port: number;
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
    ...options.device,
    commands: HOST_COMMANDS,
    random: (length) => new Uint8Array(randomBytes(length)),
    loadPercent: load,
    report: ({ command, code, setting, error }) => {
      if (error !== undefined) logger.error('a bug in a host command', { command, err: error });
      else logger.debug('refused by a security setting', { command, code, setting });
    },
  });
  const count = counters(options.metrics);
  const port = await listenWire({
    port: options.port,
    listen: options.listen,
    minBytes: device.headerLength + 2,
    limits: options.limits,
    tls: options.tls,
    answer: (messages, replies) => {
      device.answerMany(messages, replies);
      count.commands(messages.count);
    },
    report: (event) => {
      count.event(event);
      if (event !== 'connected' && event !== 'closed') logger.warn('host port', { event });
    },
  });
  return {
    port: port.port,
    device,
    get connections() {
      return port.connections;
    },
    banner: bannerOf(device, port.port),
    close: async () => {
      await port.close();
      device.keys.wipe();
    },
  };
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

function bannerOf({ mode, lmks }: HostDevice, port: number): string {
  const which = lmks.map(({ id, name }) => `${id} ${name}`).join('; ');
  const state = mode === 'legacy' ? 'authorised, clear PINs enabled' : 'not authorised';
  return `host commands on port ${port}: a ${mode} device of its own with the published TEST LMKs (${which}), ${state}`;
}
