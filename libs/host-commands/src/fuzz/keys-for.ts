/** Good key tokens for fuzzing and benchmarks, asked from the device itself by A0. */
import {
  bytesOfWire,
  KEY_ROLES,
  type KeyRole,
  keepPublicKey,
  LmkContext,
  newRsaPair,
  wireOfBytes,
} from '@pinfold/hsm';
import type { HostDevice } from '../device/host-device.js';
import { LENGTH_OF_BLOCK } from '../layout/nodes.js';

/** A token by role or by three-character type; the same one for the same name. */
export function keysFor(device: HostDevice): (wanted: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (wanted) => {
    if (!known.has(wanted)) known.set(wanted, newToken(device, wanted));
    return known.get(wanted);
  };
}

/** RSA keys by name: a public key as it stands in commands; `length|token` of a private one. */
function rsaKey({ module }: HostDevice, wanted: 'rsaPublic' | 'rsaPrivate'): string {
  const bits = module.settings.has('long-rsa-keys') ? 2_048 : 512;
  const pair = newRsaPair(new LmkContext(module), {
    bits,
    use: 'both',
    integers: 'signed',
    header: {},
  });
  if (wanted === 'rsaPublic') return wireOfBytes(pair.publicKey);
  const block = module.defaultLmk.kind === 'key-block';
  const length = block ? LENGTH_OF_BLOCK : String(pair.privateKey.length).padStart(4, '0');
  return `${length}|${wireOfBytes(pair.privateKey)}`;
}

/** A public key as EO gives it back, on a device that is not authorised, too. */
function keptKey(device: HostDevice): string {
  const publicKey = bytesOfWire(rsaKey(device, 'rsaPublic'));
  const authentication = new Uint8Array();
  return wireOfBytes(keepPublicKey(new LmkContext(device.module), { publicKey, authentication }));
}

/** `length|token` of an HMAC key, where the LMK has key blocks. */
function hmacKey({ module }: HostDevice): string | undefined {
  if (module.defaultLmk.kind !== 'key-block') return undefined;
  const row = { type: '10C', name: 'HMAC key', usages: ['M7'] };
  const attributes = { algorithm: 'H', modeOfUse: 'C' };
  const key = module.keys.opened(module.random(32), 'H');
  return `${LENGTH_OF_BLOCK}|${module.keys.seal(module.defaultLmk, key, { row, scheme: 'S', attributes })}`;
}

function newToken(device: HostDevice, wanted: string): string | undefined {
  if (wanted === 'rsaPublic' || wanted === 'rsaPrivate') return rsaKey(device, wanted);
  if (wanted === 'rsaKept') return keptKey(device);
  if (wanted === 'hmac') return hmacKey(device);
  const row = Object.hasOwn(KEY_ROLES, wanted) ? KEY_ROLES[wanted as KeyRole] : undefined;
  const type = row?.type ?? (wanted.length === 2 ? `0${wanted}` : wanted);
  const header = '0'.repeat(device.headerLength);
  const block = device.module.defaultLmk.kind === 'key-block';
  const usage = row?.usages[0] ?? 'D0';
  const command = block ? `A00FFFS#${usage}T2N00N00` : `A00${type}U`;
  const text = header + command;
  const reply = device.answer(text, 0, text.length).slice(header.length);
  return reply.startsWith('A100') ? reply.slice(4, -6) : undefined;
}
