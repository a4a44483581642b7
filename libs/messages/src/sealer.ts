/**
 * Sealing of record values: AES-GCM under data keys that a device unwrapped (envelope encryption).
 *
 * A link (`atm`, `bank-a`) is what two sides share a data key for. Several versions of a link's key
 * open, one seals, so keys change without a pause. Associated data binds topic, type, schema version
 * and key id: a record moved to another topic or relabelled does not open. Correlation and trace
 * context are not bound; nothing may be decided by them.
 */
import { InputError, ok, type RandomBytes, type Result, refused } from '@pinfold/crypto';
import { type AssociatedData, GcmKey } from './gcm.js';
import { Nonces } from './nonces.js';

/** Versions of one link's key that a sealer holds. */
export const VERSIONS_PER_LINK = 8;
/** SP 800-38D, section 8.3: at most 2^32 messages under one key with random nonces. */
export const SEALS_PER_KEY = 2 ** 32;

/** Topic, type and schema combinations remembered per key; more are computed each time. */
const CONTEXTS_KEPT = 128;

const LINK = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** What a sealed value is bound to, beside its key. */
export interface SealContext {
  readonly topic: string;
  readonly type: string;
  readonly schema: string;
}

export interface DataKey {
  readonly link: string;
  /** From 1; the key id in the header is `<link>.<version>`. */
  readonly version: number;
  /** 32 bytes (16 and 24 work); copied, so the caller may wipe it. */
  readonly key: Uint8Array;
}

export type SealRefusal = 'SEAL_KEY_UNKNOWN' | 'SEAL_INVALID';

interface HeldKey {
  readonly keyId: string;
  readonly link: string;
  readonly gcm: GcmKey;
  readonly contexts: Map<string, AssociatedData>;
  seals: number;
}

export function keyIdOf(link: string, version: number): string {
  return `${link}.${version}`;
}

/** The link that a key id names. */
export function linkOf(keyId: string): string {
  return keyId.slice(0, Math.max(0, keyId.lastIndexOf('.')));
}

export class Sealer {
  readonly #nonces: Nonces;
  readonly #keys = new Map<string, HeldKey>();
  readonly #sealing = new Map<string, HeldKey>();

  constructor(random: RandomBytes) {
    this.#nonces = new Nonces(random);
  }

  /** Makes a version able to open; `seals` (default) makes it the one that seals for its link. */
  add({ link, version, key }: DataKey, { seals = true } = {}): void {
    if (!LINK.test(link))
      throw new InputError('LINK_NAME', 'a link is 1 to 32 of a-z, 0-9 and hyphen');
    if (!Number.isSafeInteger(version) || version < 1)
      throw new InputError('KEY_VERSION', 'a key version is a whole number from 1');
    const keyId = keyIdOf(link, version);
    if (this.#keys.has(keyId))
      throw new InputError('KEY_HELD', 'this version of the data key is held already');
    const held = [...this.#keys.values()].filter((other) => other.link === link).length;
    if (held >= VERSIONS_PER_LINK)
      throw new InputError(
        'KEY_LIMIT',
        `at most ${VERSIONS_PER_LINK} versions of a data key are held`,
      );
    const entry = { keyId, link, gcm: new GcmKey(key), contexts: new Map(), seals: 0 };
    this.#keys.set(keyId, entry);
    if (seals) this.#sealing.set(link, entry);
  }

  has(link: string, version: number): boolean {
    return this.#keys.has(keyIdOf(link, version));
  }

  /** Makes a version that is held the one that seals. */
  sealUnder(link: string, version: number): void {
    const entry = this.#keys.get(keyIdOf(link, version));
    if (!entry) throw new InputError('KEY_UNKNOWN', 'no such version of the data key is held');
    this.#sealing.set(link, entry);
  }

  /** Forgets a version; records under it no longer open. */
  remove(link: string, version: number): void {
    const keyId = keyIdOf(link, version);
    const entry = this.#keys.get(keyId);
    if (!entry) return;
    entry.gcm.wipe();
    this.#keys.delete(keyId);
    if (this.#sealing.get(link) === entry) this.#sealing.delete(link);
  }

  /** Forgets everything. */
  wipe(): void {
    for (const { gcm } of this.#keys.values()) gcm.wipe();
    this.#keys.clear();
    this.#sealing.clear();
  }

  /** Throws when the link has no sealing key: a node must not start without one. */
  seal(
    link: string,
    context: SealContext,
    plaintext: Uint8Array,
  ): { value: Uint8Array; keyId: string } {
    const entry = this.#sealing.get(link);
    if (!entry) throw new InputError('KEY_UNKNOWN', 'the link has no key that seals');
    if (entry.seals >= SEALS_PER_KEY)
      throw new InputError('KEY_USED_UP', 'the data key is used up; change it');
    entry.seals += 1;
    const associated = associate(entry, context);
    if (!associated) throw new InputError('CONTEXT', 'topic, type and schema are single lines');
    return {
      value: entry.gcm.seal(this.#nonces.next(), plaintext, associated),
      keyId: entry.keyId,
    };
  }

  open(keyId: string, context: SealContext, value: Uint8Array): Result<Uint8Array, SealRefusal> {
    const entry = this.#keys.get(keyId);
    if (!entry) return refused('SEAL_KEY_UNKNOWN');
    const associated = associate(entry, context);
    const plaintext = associated && entry.gcm.open(value, associated);
    return plaintext ? ok(plaintext) : refused('SEAL_INVALID');
  }
}

/**
 * Associated data: topic, type, schema, key id, one per line. A part with a line break would make two
 * contexts look alike, so it has none (undefined).
 */
function associate(entry: HeldKey, context: SealContext): AssociatedData | undefined {
  const { topic, type, schema } = context;
  const name = `${topic}\n${type}\n${schema}`;
  const known = entry.contexts.get(name);
  if (known) return known;
  const lines = `${name}\n${entry.keyId}`;
  if (lines.split('\n').length !== 4 || lines.length > 1024) return undefined;
  const made = entry.gcm.associate(new TextEncoder().encode(lines));
  if (entry.contexts.size < CONTEXTS_KEPT) entry.contexts.set(name, made);
  return made;
}
