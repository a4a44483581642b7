/** What the specs of host commands share: a device, questions to it, keys of known value in it. */
import { randomBytes } from 'node:crypto';
import { fromHex } from '@pinfold/crypto';
import { HOST_COMMANDS } from './commands/index.js';
import { HostDevice, type HostDeviceOptions } from './device/host-device.js';
import { KEY_ROLES, type KeyRole } from './device/key-roles.js';

/** A device that throws where a command has a bug. */
export const testDevice = (options: Partial<HostDeviceOptions> = {}): HostDevice =>
  new HostDevice({
    commands: HOST_COMMANDS,
    random: (length) => Uint8Array.from(randomBytes(length)),
    mode: 'legacy',
    report: ({ error }) => {
      if (error !== undefined) throw error;
    },
    ...options,
  });

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
export const tokenOf = (of: HostDevice, role: KeyRole, value: string, scheme = 'U'): string =>
  of.keys.seal(of.defaultLmk, fromHex(value), { row: KEY_ROLES[role], scheme });
