/**
 * What officers, custodians and auditors do with a device: users and logins, master keys, backup,
 * self-tests, tamper. The commands of the group `administration` are thin faces on this.
 */
import { createHash } from 'node:crypto';
import { concatBytes, equalConstantTime, type RandomBytes, wipe } from '@pinfold/crypto';
import { combine, split } from 'shamir-secret-sharing';
import { MASTER_KEYS } from '../keys/key-types.js';
import { MASTER_KEY_BYTES, MasterKeySet } from '../keys/master-keys.js';
import type { LifeEvent, LifeState } from '../life-cycle.js';
import { done, type Outcome, refusal } from '../outcome.js';
import type { Policy } from '../policy/policy.js';
import type { Envelope } from '../terms-bytes.js';
import type { AuditFacts } from './audit.js';
import { type PasswordHasher, scryptHasher } from './passphrases.js';
import { failedSelfTests, type SelfTestPorts } from './self-tests.js';
import { TokenBuckets } from './token-buckets.js';
import { type User, Users } from './users.js';

/** PCI PIN and the VSM's handbook: master keys come from three people or more. */
export const MIN_MASTER_COMPONENTS = 3;
export const MAX_MASTER_COMPONENTS = 9;
/** Logins of all users together: a burst, then one every two seconds. */
export const LOGIN_LIMIT = { capacity: 20, refillMs: 2_000 } as const;
/** Ceremonies opened: the loading of a fleet, then one a second. */
export const CEREMONY_LIMIT = { capacity: 4_096, refillMs: 1_000 } as const;

export interface AdministrationOptions {
  readonly random: RandomBytes;
  readonly hasher?: PasswordHasher;
  readonly integrity?: () => boolean;
  /** Ids of self-tests made to fail, for tests. */
  readonly brokenSelfTests?: readonly string[];
}

/** What administration needs of the device around it. */
export interface Administered {
  readonly policy: Policy;
  readonly life: LifeState;
  readonly masterKeyVersion: number | undefined;
  readonly envelopes: (envelope: Envelope) => void;
  audit(facts: AuditFacts): void;
  moveTo(event: LifeEvent): void;
  install(masterKeys: MasterKeySet): void;
  changeMasterKeys(masterKeys: MasterKeySet): void;
  exposeMasterKeys(): Uint8Array | undefined;
}

export class Administration {
  readonly users: Users;
  readonly quotas: Readonly<Record<'logins' | 'ceremonies', TokenBuckets>>;
  readonly #core: Administered;
  readonly #options: AdministrationOptions;
  /** Components of a master-key ceremony by custodian; they do not survive a restart. */
  readonly #components = new Map<string, Uint8Array>();
  failedTests: readonly string[] = [];

  constructor(core: Administered, options: AdministrationOptions, users: readonly User[] = []) {
    this.#core = core;
    this.#options = options;
    const { hasher = scryptHasher, random } = options;
    this.users = new Users({ hasher, random }, users);
    this.quotas = {
      logins: new TokenBuckets(LOGIN_LIMIT, 1),
      ceremonies: new TokenBuckets(CEREMONY_LIMIT, 1),
    };
  }

  /** Runs the self-tests; one failure leads to the error state. Gives the ids that failed. */
  selfTest(onDemand: boolean): readonly string[] {
    const ports: SelfTestPorts = this.#options;
    const broken = this.#options.brokenSelfTests;
    this.failedTests = failedSelfTests(ports, { onDemand, broken });
    const passed = this.failedTests.length === 0;
    if (!passed && this.#core.life !== 'tampered') this.#core.moveTo('fail');
    const detail = passed ? undefined : this.failedTests.join(' ');
    this.#core.audit({ event: passed ? 'self-test-passed' : 'self-test-failed', detail });
    return this.failedTests;
  }

  /** Length of one component: the whole set. */
  get componentBytes(): number {
    return MASTER_KEY_BYTES[this.#core.policy.mode] * MASTER_KEYS.length;
  }

  /** One component per custodian; without one, the device makes it and delivers it in an envelope. */
  contribute(custodian: string, component: Uint8Array | undefined): Outcome<{ count: number }> {
    if (this.#components.has(custodian)) return refusal('CUSTODIAN_REPEATED');
    if (this.#components.size >= MAX_MASTER_COMPONENTS) return refusal('CEREMONY_LIMIT');
    const bytes = Uint8Array.from(component ?? this.#options.random(this.componentBytes));
    if (bytes.length !== this.componentBytes) return refusal('COMPONENT_LENGTH');
    this.#components.set(custodian, bytes);
    const count = this.#components.size;
    if (component === undefined) {
      this.#core.envelopes({
        custodian,
        ceremony: 'MASTER',
        index: count,
        component: Uint8Array.from(bytes),
        checkValue: '',
      });
    }
    return done({ count });
  }

  /** Combines the components: the first set initialises the device, a later one changes its keys. */
  complete(): Outcome<{ version: number }> {
    const parts = [...this.#components.values()];
    if (parts.length < MIN_MASTER_COMPONENTS) return refusal('SHARES_INCOMPLETE');
    const version = (this.#core.masterKeyVersion ?? 0) + 1;
    const set = MasterKeySet.combine(this.#core.policy.mode, version, parts);
    this.cancel();
    if (set === undefined) return refusal('COMPONENT_LENGTH');
    if (version === 1) this.#core.install(set);
    else this.#core.changeMasterKeys(set);
    return done({ version });
  }

  /** Forgets the components so far. */
  cancel(): void {
    for (const part of this.#components.values()) wipe(part);
    this.#components.clear();
  }

  /** m-of-n Shamir shares of the master keys, one envelope per custodian. */
  async backup(
    custodians: readonly string[],
    threshold: number,
  ): Promise<Outcome<{ shares: number }>> {
    const joined = this.#core.exposeMasterKeys();
    if (joined === undefined) return refusal('DEVICE_NOT_READY');
    const many = custodians.length;
    const sound = new Set(custodians).size === many && threshold >= 2 && threshold <= many;
    if (!sound || many > 16) {
      wipe(joined);
      return refusal('INPUT_INVALID');
    }
    const secret = concatBytes(joined, digestOf(joined));
    const shares = await split(secret, many, threshold);
    wipe(joined);
    wipe(secret);
    shares.forEach((component, i) => {
      const label = { custodian: custodians[i]!, ceremony: 'BACKUP', index: i + 1 };
      this.#core.envelopes({ ...label, component, checkValue: '' });
    });
    this.#core.audit({ event: 'backup', detail: `${threshold} of ${many}` });
    return done({ shares: many });
  }

  /** The master keys back from enough shares; `version` is the one that was backed up. */
  async restore(
    shares: readonly Uint8Array[],
    version: number,
  ): Promise<Outcome<{ version: number }>> {
    if (this.#core.life !== 'factory') return refusal('COMMAND_REFUSED');
    const secret = await combine([...shares]).catch(() => undefined);
    const set = secret && this.#setInside(secret, version);
    if (secret !== undefined) wipe(secret);
    if (set === undefined) return refusal('SHARES_INCOMPLETE');
    this.#core.install(set);
    this.#core.audit({ event: 'restored' });
    return done({ version });
  }

  /** The set, if its digest says that the shares were enough and belong together. */
  #setInside(secret: Uint8Array, version: number): MasterKeySet | undefined {
    if (secret.length !== this.componentBytes + DIGEST_BYTES) return undefined;
    const joined = secret.slice(0, this.componentBytes);
    const right = equalConstantTime(digestOf(joined), secret.subarray(this.componentBytes));
    const set = right ? MasterKeySet.of(this.#core.policy.mode, version, joined) : undefined;
    wipe(joined);
    return set;
  }
}

/** Shamir's scheme says nothing of wrong or too few shares; this does. */
const DIGEST_BYTES = 8;

function digestOf(joined: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(joined).digest()).slice(0, DIGEST_BYTES);
}
