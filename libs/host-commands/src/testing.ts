/** What the specs of host commands share: a device, questions to it, keys of known value in it. */
import { randomBytes } from 'node:crypto';
import { fromHex, KEY_ROLES, type KeyRole, LmkDevice, type LmkOptions } from '@pinfold/hsm';
import { HOST_COMMANDS } from './commands/index.js';
import { HostDevice, type HostDeviceOptions } from './device/host-device.js';

export type TestDeviceOptions = Partial<LmkOptions> & Partial<Omit<HostDeviceOptions, 'module'>>;

/** A legacy device, if nothing else is said, that throws where a command has a bug. */
export const testDevice = (options: TestDeviceOptions = {}): HostDevice => {
  const { mode = 'legacy', without, lmks, pinLength, ...rest } = options;
  const random = options.random ?? ((length) => Uint8Array.from(randomBytes(length)));
  return new HostDevice({
    commands: HOST_COMMANDS,
    module: new LmkDevice({ random, mode, without, lmks, pinLength }),
    report: ({ error }) => {
      if (error !== undefined) throw error;
    },
    ...rest,
  });
};

/** The reply to a command, both without header; bytes as ISO 8859-1. */
export const ask = (of: HostDevice, command: string): string => {
  const text = `HEAD${command}`;
  const reply = of.answer(text, 0, text.length);
  expect(reply.startsWith('HEAD')).toBe(true);
  return reply.slice(4);
};

/** Bytes of hexadecimal digits as text of the wire. */
export const wire = (digits: string): string => Buffer.from(digits, 'hex').toString('latin1');

/** Text of the wire as upper-case hexadecimal. */
export const hexOf = (text: string): string =>
  Buffer.from(text, 'latin1').toString('hex').toUpperCase();

/** The token of a key of known value under the default LMK. */
export const tokenOf = (
  { module }: HostDevice,
  role: KeyRole,
  value: string,
  scheme = 'U',
): string => {
  const key = module.keys.opened(fromHex(value));
  return module.keys.seal(module.defaultLmk, key, { row: KEY_ROLES[role], scheme });
};
