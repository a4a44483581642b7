/** Good key tokens for fuzzing and benchmarks, asked from the device itself by A0. */
import type { HostDevice } from '../device/host-device.js';
import { KEY_ROLES, type KeyRole } from '../device/key-roles.js';

/** A token by role or by three-character type; the same one for the same name. */
export function keysFor(device: HostDevice): (wanted: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (wanted) => {
    if (!known.has(wanted)) known.set(wanted, newToken(device, wanted));
    return known.get(wanted);
  };
}

function newToken(device: HostDevice, wanted: string): string | undefined {
  const row = Object.hasOwn(KEY_ROLES, wanted) ? KEY_ROLES[wanted as KeyRole] : undefined;
  const type = row?.type ?? (wanted.length === 2 ? `0${wanted}` : wanted);
  const header = '0'.repeat(device.headerLength);
  const block = device.defaultLmk.kind === 'key-block';
  const usage = row?.usages[0] ?? 'D0';
  const command = block ? `A00FFFS#${usage}T2N00N00` : `A00${type}U`;
  const text = header + command;
  const reply = device.answer(text, 0, text.length).slice(header.length);
  return reply.startsWith('A100') ? reply.slice(4, -6) : undefined;
}
