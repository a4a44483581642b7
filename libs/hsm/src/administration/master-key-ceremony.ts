/**
 * The ceremony of the master keys: three custodians or more contribute one component each, officers
 * combine them. PCI PIN Security Requirements, 12; the handbook of the VSM.
 *
 * Components are in memory only. They are the master keys in clear, one XOR away, and so are not
 * written to the state even sealed: a device that stops in the middle has lost them, as a module
 * loses its working memory with the power (FIPS 140-3, 7.9: zeroisation of what is unprotected). What
 * is kept is who has contributed, so that the next start can say that the ceremony was broken off.
 */
import { type RandomBytes, wipe } from '@pinfold/crypto';
import { MASTER_KEYS } from '../keys/key-types.js';
import { MASTER_KEY_BYTES, MasterKeySet } from '../keys/master-keys.js';
import { done, type Outcome, refusal } from '../outcome.js';
import type { Mode } from '../policy/policy.js';
import type { Envelope } from '../terms-bytes.js';

export const MIN_MASTER_COMPONENTS = 3;
export const MAX_MASTER_COMPONENTS = 9;

/** Length of one component: the whole set of five keys. */
export function componentBytes(mode: Mode): number {
  return MASTER_KEY_BYTES[mode] * MASTER_KEYS.length;
}

interface CeremonyPorts {
  readonly mode: Mode;
  readonly random: RandomBytes;
  readonly envelopes: (envelope: Envelope) => void;
}

export class MasterKeyCeremony {
  readonly #ports: CeremonyPorts;
  readonly #components = new Map<string, Uint8Array>();

  constructor(ports: CeremonyPorts) {
    this.#ports = ports;
  }

  /** Who has contributed, in order. */
  get custodians(): readonly string[] {
    return [...this.#components.keys()];
  }

  /** One component per custodian; without one, the device makes it and delivers it in an envelope. */
  contribute(custodian: string, component: Uint8Array | undefined): Outcome<{ count: number }> {
    if (this.#components.has(custodian)) return refusal('CUSTODIAN_REPEATED');
    if (this.#components.size >= MAX_MASTER_COMPONENTS) return refusal('CEREMONY_LIMIT');
    const { mode, random, envelopes } = this.#ports;
    const bytes = Uint8Array.from(component ?? random(componentBytes(mode)));
    if (bytes.length !== componentBytes(mode)) return refusal('COMPONENT_LENGTH');
    this.#components.set(custodian, bytes);
    const index = this.#components.size;
    if (component === undefined) {
      const copy = Uint8Array.from(bytes);
      envelopes({ custodian, ceremony: 'MASTER', index, component: copy, checkValue: '' });
    }
    return done({ count: index });
  }

  /** The set that the components make; the ceremony is over, whatever came of it. */
  combine(version: number): Outcome<MasterKeySet> {
    const parts = [...this.#components.values()];
    if (parts.length < MIN_MASTER_COMPONENTS) return refusal('SHARES_INCOMPLETE');
    const set = MasterKeySet.combine(this.#ports.mode, version, parts);
    this.cancel();
    return set === undefined ? refusal('COMPONENT_LENGTH') : done(set);
  }

  /** Forgets the components; false where there were none. */
  cancel(): boolean {
    const had = this.#components.size > 0;
    for (const part of this.#components.values()) wipe(part);
    this.#components.clear();
    return had;
  }
}
