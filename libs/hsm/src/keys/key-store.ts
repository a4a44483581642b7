/**
 * Opens tokens, and keeps what it opened in a bounded cache: a token on the hot path costs one look
 * into a map. Keys are wiped when they are evicted, and all of them on tamper.
 *
 * The cache is keyed by the token's text and, where tokens are untyped, by the type that the slot
 * takes them for. What the present call opened is evicted last; a call must not hold more opened keys
 * than the cache has places: the batch forms divide their work accordingly (`safeBatch`).
 */
import type { Policy } from '../policy/policy.js';
import type { Slot, Token } from '../terms.js';
import { HardenedTokens } from '../tokens/hardened.js';
import type { SealAs, TokenHeader } from '../tokens/header.js';
import { LegacyTokens, takenFor } from '../tokens/legacy.js';
import type { TokenScheme } from '../tokens/scheme.js';
import { ClearKey } from './clear-key.js';
import { ClockCache } from './clock-cache.js';
import { checkValueOf } from './key-check.js';
import { KEY_TYPE_NAMES, KEY_TYPES, type KeyType } from './key-types.js';
import type { MasterKeySet } from './master-keys.js';
import { type Algorithm, USAGES } from './usages.js';

export const DEFAULT_CACHED_KEYS = 4096;
export const MIN_CACHED_KEYS = 8;

/** A slot made ready for the hot path: bit masks in place of lists. */
export interface ReadySlot extends Slot {
  readonly typeBits: number;
  readonly usageBits: number;
  /** Slots are numbered. */
  readonly number: number;
}

/** The key that a slot opened last: most commands come in rows under few keys. */
interface Memo {
  token: Token;
  key: ClearKey | undefined;
  cache: ClockCache<ClearKey>;
}

let slots = 0;

export function readySlot(slot: Slot): ReadySlot {
  const typeBits = slot.types.reduce((bits, type) => bits | (1 << KEY_TYPES[type].id), 0);
  const usageBits = (slot.usages ?? []).reduce((bits, name) => bits | (1 << USAGES[name].id), 0);
  return {
    ...slot,
    typeBits,
    usageBits: slot.usages === undefined ? -1 : usageBits,
    number: slots++,
  };
}

/** Told every key that is sealed, in clear: how a laboratory checks what an attack obtained. */
export type KeyObserver = (made: { readonly token: Token; readonly key: Uint8Array }) => void;

export class KeyStore {
  readonly #policy: Policy;
  readonly #observer: KeyObserver | undefined;
  #scheme: TokenScheme;
  #old: TokenScheme | undefined;
  /** Whether tokens say what they are: a matter of the mode. */
  readonly #isTyped: boolean;
  readonly #caches: ReadonlyMap<KeyType, ClockCache<ClearKey>>;
  /** Where tokens are typed one cache serves all types. */
  readonly #typed: ClockCache<ClearKey>;
  readonly capacity: number;
  /** By number of the slot. */
  readonly #memos: Memo[] = [];

  constructor(
    policy: Policy,
    masterKeys: MasterKeySet,
    {
      capacity = DEFAULT_CACHED_KEYS,
      observer,
    }: { capacity?: number; observer?: KeyObserver } = {},
  ) {
    this.#policy = policy;
    this.#observer = observer;
    this.capacity = Math.max(capacity, MIN_CACHED_KEYS);
    this.#scheme = schemeOf(masterKeys);
    this.#isTyped = this.#scheme.typed;
    const dispose = (key: ClearKey) => this.#forget(key);
    this.#typed = new ClockCache(this.capacity, dispose);
    this.#caches = new Map(
      KEY_TYPE_NAMES.map((type) => [
        type,
        this.#scheme.typed ? this.#typed : new ClockCache(this.capacity, dispose),
      ]),
    );
  }

  /** How many keys one batch may hold open. */
  get safeBatch(): number {
    return Math.max(1, Math.floor(this.capacity / 4));
  }

  /** The key, or undefined: not a token of this device, or not for this slot. */
  open(token: Token, slot: ReadySlot): ClearKey | undefined {
    const memo = this.#memos[slot.number];
    if (memo === undefined) return this.#find(token, slot, this.#newMemo(slot));
    const { key } = memo;
    if (key === undefined || memo.token !== token) return this.#find(token, slot, memo);
    memo.cache.touch(key);
    return key;
  }

  /** In the cache, or unsealed; what fits the slot is kept at hand. */
  #find(token: Token, slot: ReadySlot, memo: Memo): ClearKey | undefined {
    const type = this.#isTyped ? slot.types[0]! : this.#takenFor(token, slot);
    const cache = this.#isTyped ? this.#typed : this.#caches.get(type)!;
    const key = cache.get(token) ?? this.#unseal(token, type, cache);
    if (key === undefined || !this.#fits(key, slot)) return undefined;
    if (memo.key !== undefined) memo.key.memos--;
    key.memos++;
    memo.token = token;
    memo.key = key;
    memo.cache = cache;
    return key;
  }

  #takenFor(token: Token, { types }: ReadySlot): KeyType {
    return types.length === 1 ? types[0]! : takenFor(types, this.#scheme.claimedUsage(token));
  }

  #newMemo(slot: ReadySlot): Memo {
    while (this.#memos.length <= slot.number) {
      this.#memos.push({ token: '', key: undefined, cache: this.#typed });
    }
    return this.#memos[slot.number]!;
  }

  /** A new call begins: what earlier ones opened may be evicted. */
  begin(): void {
    if (this.#isTyped) this.#typed.begin();
    else for (const cache of this.#caches.values()) cache.begin();
  }

  /** Seals a key. The header follows from the key and from what the command states. */
  seal(bytes: Uint8Array, algorithm: Algorithm, as: SealAs): { token: Token; header: TokenHeader } {
    const header: TokenHeader = {
      typed: this.#scheme.typed,
      part: as.part ?? 'key',
      type: USAGES[as.usage].type,
      usage: as.usage,
      algorithm,
      lengthBytes: bytes.length,
      exportability: as.exportability ?? 'E',
      // A check value of a PIN would tell the PIN to whoever tries them all.
      checkValue: as.usage === 'STOREDPIN' ? '000000' : checkValueOf(bytes, algorithm),
      masterKeyVersion: 0,
      ...(as.share === undefined ? {} : { share: as.share }),
      ...(as.context === undefined ? {} : { context: as.context }),
    };
    const token = this.#scheme.seal(bytes, header);
    this.#observer?.({ token, key: Uint8Array.from(bytes) });
    return { token, header };
  }

  /** Puts a new set of master keys in force; the old one still re-encrypts tokens until `eraseOld`. */
  change(masterKeys: MasterKeySet): void {
    this.#old?.wipe();
    this.#old = this.#scheme;
    this.#scheme = schemeOf(masterKeys);
    this.#clear();
  }

  /** A token of the old set as one of the new set; undefined where it is neither's. */
  reEncrypt(token: Token, type: KeyType): Token | undefined {
    const opened = this.#old?.open(token, type);
    if (opened === undefined) return undefined;
    const renewed = this.#scheme.seal(opened.bytes, opened.header);
    opened.bytes.fill(0);
    return renewed;
  }

  /** True when there was an old set. */
  eraseOld(): boolean {
    const had = this.#old !== undefined;
    this.#old?.wipe();
    this.#old = undefined;
    return had;
  }

  /** Keys in the cache now. */
  get size(): number {
    return [...new Set(this.#caches.values())].reduce((sum, cache) => sum + cache.size, 0);
  }

  /** Tamper: nothing stays. */
  wipe(): void {
    this.#clear();
    this.#scheme.wipe();
    this.eraseOld();
  }

  #forget(key: ClearKey): void {
    if (key.memos > 0) {
      for (const memo of this.#memos) if (memo.key === key) memo.key = undefined;
    }
    key.wipe();
  }

  #clear(): void {
    for (const cache of this.#caches.values()) cache.clear();
  }

  #unseal(token: Token, type: KeyType, cache: ClockCache<ClearKey>): ClearKey | undefined {
    const opened = this.#scheme.open(token, type);
    if (opened === undefined) return undefined;
    const key = new ClearKey(opened);
    cache.add(token, key);
    return key;
  }

  /** Whether a key may be used for the slot; untyped tokens are what the slot takes them for. */
  #fits(key: ClearKey, slot: ReadySlot): boolean {
    if (!this.#isTyped) return true;
    if (key.header.part !== slot.part) return false;
    if ((key.typeBit & slot.typeBits) === 0) return !this.#policy.on['M12.type-bound'];
    return (key.usageBit & slot.usageBits) !== 0 || !this.#policy.on['M9.one-usage'];
  }
}

function schemeOf(masterKeys: MasterKeySet): TokenScheme {
  return masterKeys.mode === 'legacy'
    ? new LegacyTokens(masterKeys)
    : new HardenedTokens(masterKeys);
}
