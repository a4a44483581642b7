/**
 * Which token serves whom, by version. Keys live side by side during a change: the sender names the
 * version in DE 53, the receiver verifies under the version named. A key record is durable in its
 * node's store; the ring is the working copy and is bounded by `VERSIONS_KEPT` per owner and usage.
 */

export type NetworkKeyUsage = 'TMK' | 'TPK' | 'TAK' | 'ZCK' | 'ZPK' | 'ZAK' | 'PVK';

/** `offered`: sent to the other side, not yet confirmed; `active`: both sides have it. */
export type KeyState = 'offered' | 'active';

export interface KeyRecord {
  /** Terminal id (`ATM00001`) or institution id (`bank-a`): the other side of the link. */
  readonly owner: string;
  readonly usage: NetworkKeyUsage;
  /** 1..9999, as DE 53 carries it. */
  readonly version: number;
  /** Token of this node's own device. */
  readonly token: string;
  readonly checkValue: string;
  readonly state: KeyState;
}

/** Highest version number that fits the four digits of DE 53; the next one is 1 again. */
export const LAST_VERSION = 9_999;

/** Versions of one key that stay usable: the newest and those a message in flight may still name. */
export const VERSIONS_KEPT = 4;

export function nextVersion(version: number): number {
  return version >= LAST_VERSION ? 1 : version + 1;
}

/** True when `a` was made after `b`, also across the wrap from 9999 to 1. */
export function isNewerVersion(a: number, b: number): boolean {
  return (a - b + LAST_VERSION) % LAST_VERSION < LAST_VERSION / 2 && a !== b;
}

/** Newest first. */
type Versions = readonly KeyRecord[];

const slot = (owner: string, usage: NetworkKeyUsage): string => `${usage}/${owner}`;

export class KeyRing {
  readonly #slots = new Map<string, Versions>();

  constructor(records: Iterable<KeyRecord> = []) {
    for (const record of records) this.put(record);
  }

  /** Adds a key or replaces the same version (its state may have changed); forgets the oldest. */
  put(record: KeyRecord): void {
    const name = slot(record.owner, record.usage);
    const others = (this.#slots.get(name) ?? []).filter((k) => k.version !== record.version);
    const sorted = [record, ...others].sort((a, b) =>
      isNewerVersion(a.version, b.version) ? -1 : 1,
    );
    this.#slots.set(name, sorted.slice(0, VERSIONS_KEPT));
  }

  /** The key a message names, or undefined when that version is unknown or too old. */
  at(owner: string, usage: NetworkKeyUsage, version: number): KeyRecord | undefined {
    return this.#slots.get(slot(owner, usage))?.find((key) => key.version === version);
  }

  /** The newest key that both sides have: what this node sends under. */
  active(owner: string, usage: NetworkKeyUsage): KeyRecord | undefined {
    return this.#slots.get(slot(owner, usage))?.find((key) => key.state === 'active');
  }

  /** The newest key, confirmed or not: what the next version counts from. */
  newest(owner: string, usage: NetworkKeyUsage): KeyRecord | undefined {
    return this.#slots.get(slot(owner, usage))?.[0];
  }
}
