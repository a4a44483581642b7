/**
 * The device behind the host port: one of its own, in the folder `hsm/host`, with the published test
 * LMKs. No institution's device is behind the port.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { LmkDevice } from '@pinfold/hsm';
import { DeviceFolder } from '@pinfold/institution';
import type { AppContext } from '@pinfold/platform';
import { hostDeviceOptions } from './host-port-options.js';

const NAME = 'host';

export interface OpenedHostDevice {
  readonly lmk: LmkDevice;
  /** The state of life, as status shows it. */
  readonly life: () => string;
}

/** Opened, watched by `ready`, closed by the shutdown. */
export function openHostDevice(context: AppContext): OpenedHostDevice {
  const { config, logger, health, shutdown } = context;
  const store = DeviceFolder.open({
    folder: join(config.dataDir, 'hsm', NAME),
    mode: config.mode,
    selfTestMinutes: config.selfTestMinutes,
    random: (length) => Uint8Array.from(randomBytes(length)),
    // As of the institutions' devices: what keeps it from serving is told by `ready`.
    log: (line) => logger.debug(line),
  });
  shutdown.add({ phase: 'servers', name: 'device of the host port', stop: () => store.close() });
  health.add('ready', 'device of the host port', () => {
    const { life, failedTests } = store.device;
    if (life === 'operational') return undefined;
    return [`the device is ${life}`, ...failedTests].join(': ');
  });
  return { lmk: store.device.lmk(hostDeviceOptions(config)), life: () => store.device.life };
}
