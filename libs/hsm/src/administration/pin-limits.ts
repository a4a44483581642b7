/**
 * Limits on failures of PIN verification: per account, per encrypted PIN block, per device (rule
 * M6). What counts is a wrong PIN or a bad PIN block; a right PIN costs nothing and refills nothing.
 * At a limit the answer is PIN_LIMIT, for right PINs too.
 *
 * The defaults leave an issuer's own try counter the first word: they stop a search, not a
 * forgetful customer, and let 5,000 verifications a second with one PIN in twenty wrong pass when
 * they are spread over 15,000 accounts or more.
 */

import { type Refusal, refusal } from '../outcome.js';
import type { Policy } from '../policy/policy.js';
import { type BucketLimit, type BucketState, TokenBuckets } from './token-buckets.js';

export interface PinLimitOptions {
  readonly account: BucketLimit;
  readonly block: BucketLimit;
  readonly device: BucketLimit;
}

export const DEFAULT_PIN_LIMITS: PinLimitOptions = {
  account: { capacity: 10, refillMs: 60_000 },
  block: { capacity: 5, refillMs: 3_600_000 },
  device: { capacity: 100_000, refillMs: 1 },
};

const ACCOUNT = refusal('PIN_LIMIT', 'M6.account-limit');
const BLOCK = refusal('PIN_LIMIT', 'M6.block-limit');
const DEVICE = refusal('PIN_LIMIT', 'M6.device-limit');

export class PinLimits {
  readonly #policy: Policy;
  readonly #accounts: TokenBuckets;
  readonly #blocks: TokenBuckets;
  readonly #device: TokenBuckets;

  constructor(
    policy: Policy,
    options: PinLimitOptions = DEFAULT_PIN_LIMITS,
    state: PinLimitsState = { accounts: [], blocks: [], device: [] },
  ) {
    this.#policy = policy;
    this.#accounts = new TokenBuckets(options.account, 100_000, state.accounts);
    this.#blocks = new TokenBuckets(options.block, 100_000, state.blocks);
    this.#device = new TokenBuckets(options.device, 1, state.device);
    this.#untouched = this.#accounts.size + this.#blocks.size + this.#device.size === 0;
  }

  /** No failure was ever counted: all buckets are full. */
  #untouched: boolean;

  /** Failures counted so far by this object: while it stays the same, so do the answers of `check`. */
  failures = 0;

  /** The refusal of the first limit that is reached; `block` is the encrypted PIN block. */
  check(pan: string, block: Uint8Array, now: number): Refusal | undefined {
    if (this.#untouched) return undefined;
    const { on } = this.#policy;
    if (on['M6.account-limit'] && !this.#accounts.hasToken(pan, now)) return ACCOUNT;
    if (on['M6.block-limit'] && this.#blocks.size > 0) {
      if (!this.#blocks.hasToken(nameOf(block), now)) return BLOCK;
    }
    if (on['M6.device-limit'] && !this.#device.hasToken('', now)) return DEVICE;
    return undefined;
  }

  failed(pan: string, block: Uint8Array, now: number): void {
    this.failures++;
    this.#untouched = false;
    const { on } = this.#policy;
    if (on['M6.account-limit']) this.#accounts.take(pan, now);
    if (on['M6.block-limit']) this.#blocks.take(nameOf(block), now);
    if (on['M6.device-limit']) this.#device.take('', now);
  }

  toState(now: number): PinLimitsState {
    return {
      accounts: this.#accounts.toState(now),
      blocks: this.#blocks.toState(now),
      device: this.#device.toState(now),
    };
  }
}

/** The block as a short string: a map key, not for people. */
function nameOf(block: Uint8Array): string {
  if (block.length !== 8) return String.fromCharCode(...block);
  // Written out: a spread takes five times as long, and every verification needs the name.
  return String.fromCharCode(
    block[0]!,
    block[1]!,
    block[2]!,
    block[3]!,
    block[4]!,
    block[5]!,
    block[6]!,
    block[7]!,
  );
}

export interface PinLimitsState {
  readonly accounts: readonly BucketState[];
  readonly blocks: readonly BucketState[];
  readonly device: readonly BucketState[];
}
