/**
 * What officers, custodians and auditors do with a device: users and logins, master keys, backup,
 * self-tests, the program's signers. The commands of the group `administration` are thin faces on
 * this; each of its parts has a file of its own.
 */
import { type RandomBytes, wipe } from '@pinfold/crypto';
import type { MasterKeySet } from '../keys/master-keys.js';
import type { LifeEvent, LifeState } from '../life-cycle.js';
import { done, type Outcome, refusal } from '../outcome.js';
import type { Policy } from '../policy/policy.js';
import type { Envelope } from '../terms-bytes.js';
import type { AuditFacts } from './audit.js';
import { type BackupPlan, isSoundPlan, setOfShares, sharesOf } from './backup.js';
import { MasterKeyCeremony } from './master-key-ceremony.js';
import { type PasswordHasher, scryptHasher } from './passphrases.js';
import { type ProgramIntegrity, ProgramSigners } from './program-signers.js';
import { runSelfTests, type SelfTestResult } from './self-tests.js';
import { type BucketState, TokenBuckets } from './token-buckets.js';
import { type User, Users } from './users.js';

/** Wrong passphrases, of all users together: a burst, then one every two seconds. */
export const LOGIN_LIMIT = { capacity: 20, refillMs: 2_000 } as const;
/** Ceremonies opened: the loading of a fleet, then one a second. */
export const CEREMONY_LIMIT = { capacity: 4_096, refillMs: 1_000 } as const;

export interface AdministrationOptions {
  readonly random: RandomBytes;
  readonly hasher?: PasswordHasher;
  /** Measures the program's files; absent where there is no built program (tests, libraries). */
  readonly integrity?: () => ProgramIntegrity;
  /** Ids of self-tests made to fail, for tests. */
  readonly brokenSelfTests?: readonly string[];
}

/** What administration needs of the device around it. */
export interface Administered {
  readonly policy: Policy;
  readonly life: LifeState;
  readonly demo: boolean;
  readonly masterKeyVersion: number | undefined;
  readonly envelopes: (envelope: Envelope) => void;
  audit(facts: AuditFacts): void;
  moveTo(event: LifeEvent): void;
  install(masterKeys: MasterKeySet): void;
  changeMasterKeys(masterKeys: MasterKeySet): void;
  exposeMasterKeys(): Uint8Array | undefined;
}

/** What of it the device keeps. Members that older states do not have are optional. */
export interface AdministrationState {
  readonly users: readonly User[];
  readonly quotas?: Readonly<Record<Quota, readonly BucketState[]>>;
  /** Custodians whose components of new master keys were in memory. */
  readonly masterKeyCustodians?: readonly string[];
  readonly programSigners?: readonly string[];
}

export type Quota = 'logins' | 'ceremonies';

export class Administration {
  readonly users: Users;
  readonly quotas: Readonly<Record<Quota, TokenBuckets>>;
  readonly masterKeys: MasterKeyCeremony;
  readonly signers: ProgramSigners;
  readonly #core: Administered;
  readonly #options: AdministrationOptions;
  /** Custodians of a ceremony that the last stop of the device broke off. */
  readonly #brokenOff: readonly string[];
  failedTests: readonly string[] = [];

  constructor(core: Administered, options: AdministrationOptions, state: AdministrationState) {
    this.#core = core;
    this.#options = options;
    const { hasher = scryptHasher, random } = options;
    this.users = new Users({ hasher, random }, state.users);
    this.quotas = {
      logins: new TokenBuckets(LOGIN_LIMIT, 1, state.quotas?.logins),
      ceremonies: new TokenBuckets(CEREMONY_LIMIT, 1, state.quotas?.ceremonies),
    };
    const { envelopes, policy } = core;
    this.masterKeys = new MasterKeyCeremony({ mode: policy.mode, random, envelopes });
    this.signers = new ProgramSigners(state.programSigners);
    this.#brokenOff = state.masterKeyCustodians ?? [];
  }

  /** What a device does when it is switched on: its self-tests, and a word on what was broken off. */
  start(): void {
    if (this.#brokenOff.length > 0) {
      const detail = `components of ${this.#brokenOff.join(', ')} are gone`;
      this.#core.audit({ event: 'master-key-ceremony-broken-off', detail });
    }
    this.selfTest(false);
  }

  /** Custodians of a ceremony that was broken off when the device stopped, until another begins. */
  get brokenOff(): readonly string[] {
    return this.masterKeys.custodians.length > 0 ? [] : this.#brokenOff;
  }

  /** Runs the self-tests; one failure leads to the error state. */
  selfTest(onDemand: boolean): readonly SelfTestResult[] {
    const { random, brokenSelfTests: broken } = this.#options;
    const program = () => this.#isProgramTrusted();
    const results = runSelfTests({ random, program }, { onDemand, broken });
    this.failedTests = results.filter(({ passed }) => !passed).map(({ id }) => id);
    const passed = this.failedTests.length === 0;
    if (!passed && this.#core.life !== 'tampered') this.#core.moveTo('fail');
    const detail = passed ? undefined : [...this.failedTests, this.signers.why].join(' ').trim();
    this.#core.audit({ event: passed ? 'self-test-passed' : 'self-test-failed', detail });
    return results;
  }

  /** A test that runs with the work, not by the clock, has failed. */
  fault(id: string): void {
    this.failedTests = [id];
    this.#core.moveTo('fail');
    this.#core.audit({ event: 'self-test-failed', detail: id });
  }

  #isProgramTrusted(): boolean {
    const trusted = this.signers.judge(this.#options.integrity?.(), this.#core.demo);
    const { adopted } = this.signers;
    if (adopted !== undefined) {
      this.#core.audit({ event: 'program-signer', detail: adopted });
    }
    return trusted;
  }

  /** Combines the components: the first set initialises the device, a later one changes its keys. */
  complete(): Outcome<{ version: number }> {
    const version = (this.#core.masterKeyVersion ?? 0) + 1;
    const combined = this.masterKeys.combine(version);
    if (!combined.ok) return combined;
    const set = combined.value;
    const refused = this.#core.policy.judge('M13.no-weak-key', { weak: set.isWeak });
    if (refused !== undefined) {
      set.wipe();
      return refused;
    }
    if (version === 1) this.#core.install(set);
    else this.#core.changeMasterKeys(set);
    return done({ version });
  }

  /** Tamper: components and what is said of them are gone. */
  cancel(): void {
    this.masterKeys.cancel();
  }

  /** m-of-n Shamir shares of the master keys, one envelope per custodian. */
  async backup(plan: BackupPlan): Promise<Outcome<{ shares: number }>> {
    if (!isSoundPlan(plan)) return refusal('INPUT_INVALID');
    const joined = this.#core.exposeMasterKeys();
    if (joined === undefined) return refusal('DEVICE_NOT_READY');
    const shares = await sharesOf(joined, plan);
    wipe(joined);
    shares.forEach((component, i) => {
      const label = { custodian: plan.custodians[i]!, ceremony: 'BACKUP', index: i + 1 };
      this.#core.envelopes({ ...label, component, checkValue: '' });
    });
    this.#core.audit({ event: 'backup', detail: `${plan.threshold} of ${shares.length}` });
    return done({ shares: shares.length });
  }

  /** The master keys back from enough shares; `version` is the one that was backed up. */
  async restore(
    shares: readonly Uint8Array[],
    version: number,
  ): Promise<Outcome<{ version: number }>> {
    if (this.#core.life !== 'factory') return refusal('COMMAND_REFUSED');
    const set = await setOfShares(shares, { mode: this.#core.policy.mode, version });
    if (set === undefined) return refusal('SHARES_INCOMPLETE');
    this.#core.install(set);
    this.#core.audit({ event: 'restored' });
    return done({ version });
  }

  toState(now: number): AdministrationState {
    return {
      users: this.users.toState(),
      quotas: {
        logins: this.quotas.logins.toState(now),
        ceremonies: this.quotas.ceremonies.toState(now),
      },
      masterKeyCustodians: this.masterKeys.custodians,
      programSigners: this.signers.toState(),
    };
  }
}
