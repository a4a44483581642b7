/** What the specs of the HSM process share. */
import { randomBytes } from 'node:crypto';
import { Device, type LmkDevice, type LmkOptions } from '@pinfold/hsm';

/** A device in memory, with the published test LMKs. */
export function hostDevice(options: Omit<LmkOptions, 'random'> = {}): LmkDevice {
  const device = Device.create({
    mode: options.mode ?? 'legacy',
    demo: true,
    random: (length) => Uint8Array.from(randomBytes(length)),
    clock: { now: () => Date.now() },
  });
  return device.lmk(options);
}
