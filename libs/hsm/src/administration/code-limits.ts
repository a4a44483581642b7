/**
 * Limits on failures of card codes and one-time codes (rule M6): per account and per device, in
 * buckets of their own, so that somebody who tries out card codes locks nobody's PIN. What counts is
 * a wrong code; a right one costs nothing and refills nothing. At a limit the answer is CODE_LIMIT,
 * for right codes too.
 *
 * A code has three digits: 1,000 tries. With the defaults a search of one account takes 41 days, and
 * a search over all accounts finds one code in ten seconds at most (100 tries a second).
 */
import { type Refusal, refusal } from '../outcome.js';
import type { Policy } from '../policy/policy.js';
import { type BucketLimit, type BucketState, TokenBuckets } from './token-buckets.js';

export interface CodeLimitOptions {
  readonly account: BucketLimit;
  readonly device: BucketLimit;
}

export const DEFAULT_CODE_LIMITS: CodeLimitOptions = {
  account: { capacity: 10, refillMs: 3_600_000 },
  device: { capacity: 10_000, refillMs: 10 },
};

export interface CodeLimitsState {
  readonly accounts: readonly BucketState[];
  readonly device: readonly BucketState[];
}

const ACCOUNT = refusal('CODE_LIMIT', 'M6.account-limit');
const DEVICE = refusal('CODE_LIMIT', 'M6.device-limit');
const MAX_ACCOUNTS = 100_000;

export class CodeLimits {
  readonly #policy: Policy;
  readonly #accounts: TokenBuckets;
  readonly #device: TokenBuckets;

  constructor(
    policy: Policy,
    options: CodeLimitOptions = DEFAULT_CODE_LIMITS,
    state: CodeLimitsState = { accounts: [], device: [] },
  ) {
    this.#policy = policy;
    this.#accounts = new TokenBuckets(options.account, MAX_ACCOUNTS, state.accounts);
    this.#device = new TokenBuckets(options.device, 1, state.device);
  }

  /** The refusal of the first limit that is reached. */
  check(pan: string, now: number): Refusal<'CODE_LIMIT'> | undefined {
    const { on } = this.#policy;
    if (on['M6.account-limit'] && !this.#accounts.hasToken(pan, now)) return ACCOUNT;
    if (on['M6.device-limit'] && !this.#device.hasToken('', now)) return DEVICE;
    return undefined;
  }

  failed(pan: string, now: number): void {
    const { on } = this.#policy;
    if (on['M6.account-limit']) this.#accounts.take(pan, now);
    if (on['M6.device-limit']) this.#device.take('', now);
  }

  toState(now: number): CodeLimitsState {
    return { accounts: this.#accounts.toState(now), device: this.#device.toState(now) };
  }
}
