/**
 * Fixtures for tests, benchmarks and the lab: seeded devices of both modes, and keys made the
 * way a network makes them. Not exported by the library's index; import the file.
 */
import { createHash } from 'node:crypto';
import type { RandomBytes } from '@pinfold/crypto';
import { Device } from './device.js';
import type { DeviceOptions } from './device-options.js';
import type { KeyType } from './keys/key-types.js';
import type { Algorithm } from './keys/usages.js';
import type { Role } from './policy/roles.js';
import type { Session } from './session.js';
import type { Envelope } from './terms-bytes.js';

/** SHA-256 in counter mode from a seed: repeatable, for tests only. */
export function seededRandom(seed: string): RandomBytes {
  let counter = 0;
  return (length) => {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      const block = createHash('sha256').update(`${seed}/${counter++}`).digest();
      out.set(block.subarray(0, Math.min(32, length - at)), at);
    }
    return out;
  };
}

export interface Bench {
  readonly device: Device;
  readonly envelopes: Envelope[];
  readonly lines: string[];
  readonly clock: { time: number; now(): number };
  as(role: Role, name?: string): Session;
  /** A key from shares: generated, then combined. */
  key(type: KeyType, wanted?: { usage?: string; algorithm?: Algorithm }): string;
}

/** A seeded demo device with its ports gathered. */
export function benchDevice(options: Partial<DeviceOptions> = {}, seed = 'device'): Bench {
  const envelopes: Envelope[] = [];
  const lines: string[] = [];
  const clock = { time: Date.UTC(2026, 0, 1), now: () => clock.time };
  const device = Device.create({
    random: seededRandom(seed),
    clock,
    demo: true,
    envelopes: (envelope) => envelopes.push(envelope),
    audit: (line) => lines.push(line),
    ...options,
  });
  const as = (role: Role, name: string = role) => device.session({ name, role });
  const key = (type: KeyType, wanted: { usage?: string; algorithm?: Algorithm } = {}) => {
    const made = device.execute(as('keyManager'), 'GenerateKeyShares', {
      type,
      shares: 2,
      ...wanted,
    });
    if (!made.ok) throw new Error(made.code);
    const { shares } = made.value;
    const { usage } = wanted;
    const combined = device.execute(as('custodian'), 'CombineKeyShares', { type, shares, usage });
    if (!combined.ok) throw new Error(combined.code);
    return combined.value.key;
  };
  return { device, envelopes, lines, clock, as, key };
}

/** The value of an outcome that must be one. */
export function valued<T>(outcome: { ok: true; value: T } | { ok: false; code: string }): T {
  if (!outcome.ok) throw new Error(`refused: ${outcome.code}`);
  return outcome.value;
}
