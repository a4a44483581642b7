/**
 * The device: master keys inside, tokens outside. Pure: bytes, clock and randomness are passed in,
 * and so are the ports for envelopes, printer and audit lines. It keeps the master keys, the policy,
 * registered tables, counters, ceremonies, users and the head of the audit chain; everything else
 * travels as tokens.
 */
import { InputError, type Result } from '@pinfold/crypto';
import type { AuditFacts } from './administration/audit.js';
import type { BackupPlan } from './administration/backup.js';
import {
  COMMAND_NAMES,
  COMMANDS,
  type CommandName,
  type ErrorCode,
  type Input,
  type Output,
} from './commands/index.js';
import type { AnyCommand } from './declare/command.js';
import type { Clock, DeviceOptions, DevicePorts } from './device-options.js';
import { type DeviceState, freshState } from './device-state.js';
import {
  CommandTable,
  type DispatchPorts,
  dispatch,
  type ReadyCommand,
  readyCommand,
} from './dispatch.js';
import { dispatchMany } from './dispatch-many.js';
import { MasterKeySet } from './keys/master-keys.js';
import type { LifeState } from './life-cycle.js';
import { LiveCore } from './live-core.js';
import { LmkDevice, type LmkOptions } from './lmk/lmk-device.js';
import { done, type Outcome, type Refusal, refusal } from './outcome.js';
import type { Mode, Policy } from './policy/policy.js';
import { type Identity, Session } from './session.js';
import { openSealedState, sealState } from './state-seal.js';

export type HsmJob = {
  [N in CommandName]: { readonly command: N; readonly input: Input<N> };
}[CommandName];

/** Sessions of the host's own door end after this long, unless it asks for less. */
export const SESSION_MS = 24 * 3_600_000;

/** A login lasts half an hour. */
export const LOGIN_SESSION_MS = 30 * 60_000;

export class Device {
  readonly #core: LiveCore;
  readonly #ports: DispatchPorts;
  readonly #options: DeviceOptions;
  readonly #clock: Clock;
  /** Of people who logged in; those that ended are dropped at the next login. */
  readonly #logins = new Set<Session>();

  private constructor(options: DeviceOptions, state: DeviceState) {
    this.#options = options;
    this.#clock = options.clock;
    this.#core = new LiveCore(options, state);
    this.#core.now = options.clock.now();
    this.#ports = {
      core: this.#core,
      commands: commandTable(options),
      audit: (facts: AuditFacts) => this.#audit(facts),
      issuer: this,
    };
  }

  static create(options: DeviceOptions): Device {
    const mode = options.mode ?? 'hardened';
    const device = new Device(options, freshState(mode, options.random));
    const demo = options.demo ?? false;
    const masterKeys =
      options.masterKeys ?? (demo ? MasterKeySet.random(mode, 1, options.random) : undefined);
    if (masterKeys !== undefined) {
      device.#core.install(masterKeys, demo);
      device.#core.moveTo('activate');
    }
    device.#core.administration.start();
    return device;
  }

  /** A device from its sealed state; refused: damaged, or another key. The policy comes with the options. */
  static openState(
    sealed: Uint8Array,
    key: Uint8Array,
    options: DeviceOptions,
  ): Result<Device, 'STATE_INVALID'> {
    const opened = openSealedState(sealed, key);
    if (!opened.ok) return opened;
    const device = new Device(options, opened.value);
    device.#core.administration.start();
    return { ok: true, value: device };
  }

  /** The state under a 32-byte key, see `state-seal.ts`. */
  sealState(key: Uint8Array): Uint8Array {
    this.#core.now = this.#clock.now();
    return sealState(this.#core.toState(), key, this.#options.random);
  }

  /**
   * The LMK side of this device, for a face of it such as host commands. It serves while the device is
   * operational; what its settings refuse and who authorises it are entries of the device's audit
   * chain; tampering wipes its keys.
   */
  lmk(options: Omit<LmkOptions, 'random'> = {}): LmkDevice {
    const { random } = this.#options;
    const lmk = new LmkDevice(
      {
        mode: this.#core.policy.mode,
        clock: () => this.#clock.now(),
        ...options,
        random,
      },
      {
        life: () => this.#core.life,
        audit: (facts) => {
          this.#core.now = this.#clock.now();
          this.#audit(facts);
        },
      },
    );
    this.#core.onErase(() => lmk.wipe());
    return lmk;
  }

  /** An equal device with ports of its own: cheap, for simulations. Its keys open the same tokens. */
  clone(ports: Partial<DevicePorts> = {}): Device {
    this.#core.now = this.#clock.now();
    return new Device({ ...this.#options, ...ports }, this.#core.toState());
  }

  /**
   * A session at the host's own door: whoever holds the device object decides who is calling (a
   * service by its configuration, a TCP host by its certificate). People log in instead.
   */
  session(identity: Identity | readonly Identity[], lifetimeMs = SESSION_MS): Session {
    const identities = Array.isArray(identity) ? identity : [identity as Identity];
    return new Session(this, identities, this.#clock.now() + lifetimeMs);
  }

  /**
   * A person's session; refused DEVICE_ERROR, LOGIN_REFUSED, LOGIN_DELAYED, LOGIN_LOCKED, LOGIN_LIMIT.
   * What a wrong passphrase costs is on disk before it is answered: killing the program wins no guess.
   */
  login(name: string, passphrase: string): Outcome<Session> {
    const now = this.#clock.now();
    this.#core.now = now;
    if (this.#core.life === 'error') return refusal('DEVICE_ERROR');
    const { users, quotas } = this.#core.administration;
    // Only wrong passphrases that were looked at count: who hammers at a locked user locks out nobody else.
    const found =
      users.mustWait(name, now) ??
      (quotas.logins.hasToken('', now) ? users.login(name, passphrase, now) : 'LOGIN_LIMIT');
    if (found === 'LOGIN_REFUSED') quotas.logins.take('', now);
    if (typeof found === 'string') {
      this.#core.audit({ event: 'login-refused', code: found });
      this.#options.persist?.();
      return refusal(found);
    }
    this.#core.audit({ event: 'login', who: found.name });
    for (const old of this.#logins)
      if (!old.isOpen || now >= old.expiresAt) this.#logins.delete(old);
    const session = new Session(this, [found], now + LOGIN_SESSION_MS);
    this.#logins.add(session);
    return done(session);
  }

  /** Two people at one keyboard: a session with both identities, for commands under dual control. */
  joint(first: Session, second: Session): Session {
    const identities = [...first.identities, ...second.identities];
    const sound = [first, second].every((session) => session.issuer === this && session.isOpen);
    const joined = new Session(this, identities, Math.min(first.expiresAt, second.expiresAt));
    if (!sound) joined.close();
    else if (this.#logins.has(first) || this.#logins.has(second)) this.#logins.add(joined);
    return joined;
  }

  /** Master keys as m-of-n Shamir shares, one envelope per custodian; officers, under dual control. */
  backup(session: Session, plan: BackupPlan): Promise<Outcome<{ shares: number }>> {
    const refused = this.#officers(session, 'Backup');
    if (refused !== undefined) return Promise.resolve(refused);
    return this.#core.administration.backup(plan);
  }

  /** Master keys from enough shares, into a factory device; officers, under dual control. */
  restore(
    session: Session,
    from: { shares: readonly Uint8Array[]; version: number },
  ): Promise<Outcome<{ version: number }>> {
    const refused = this.#officers(session, 'Restore');
    if (refused !== undefined) return Promise.resolve(refused);
    return this.#core.administration.restore(from.shares, from.version);
  }

  /** The sensor's way in: keys and caches are gone at once, whoever is calling. */
  tamper(): void {
    this.#core.now = this.#clock.now();
    this.#core.tamper();
  }

  /** The host's timer: the self-tests of a period, slow ones too. Gives the ids that failed. */
  selfTest(): readonly string[] {
    this.#core.now = this.#clock.now();
    this.#core.administration.selfTest(true);
    return this.#core.administration.failedTests;
  }

  /** Writes an entry; what officers changed is on disk before it is answered. */
  #audit(facts: AuditFacts): void {
    this.#core.audit(facts);
    if (facts.event !== 'done' || !LASTING.has(facts.command ?? '')) return;
    if (facts.command === 'RemoveUser') this.#endSessionsOfRemoved();
    this.#options.persist?.();
  }

  #endSessionsOfRemoved(): void {
    const { users } = this.#core.administration;
    for (const session of this.#logins) {
      const known = session.identities.every(({ name }) => users.has(name));
      if (!known) session.close();
    }
  }

  #officers(session: Session, command: string): Refusal | undefined {
    const now = this.#clock.now();
    this.#core.now = now;
    if (this.#core.life === 'error') return refusal('DEVICE_ERROR');
    if (this.#core.life === 'tampered') return refusal('DEVICE_TAMPERED');
    const live = session.issuer === this && session.isOpen && now < session.expiresAt;
    const officers = session.identities.every((identity) => identity.role === 'officer');
    const code = !live
      ? 'SESSION_INVALID'
      : !officers
        ? 'ROLE_REFUSED'
        : session.isDual
          ? undefined
          : 'DUAL_CONTROL_REQUIRED';
    if (code === undefined) return undefined;
    this.#core.audit({ event: 'refused', who: session.names, command, code });
    return refusal(code);
  }

  execute<N extends CommandName>(
    session: Session,
    command: N,
    input: Input<N>,
  ): Outcome<Output<N>, ErrorCode<N> | string> {
    this.#core.now = this.#clock.now();
    return dispatch(this.#ports, session, command, input) as Outcome<Output<N>>;
  }

  /**
   * A customer's own command, see `libs/hsm/examples`. The device then says that it runs outside its
   * approved set. What the customer's code throws is PLUG_IN_FAILED, and goes no further.
   */
  executePlugIn(session: Session, command: string, input: unknown): Outcome<unknown> {
    this.#core.now = this.#clock.now();
    try {
      return dispatch(this.#ports, session, command, input);
    } catch (error) {
      if (Object.hasOwn(COMMANDS, command)) throw error;
      this.#core.audit({ event: 'refused', who: session.names, command, code: 'PLUG_IN_FAILED' });
      return refusal('PLUG_IN_FAILED');
    }
  }

  /** Answers in order; the batch forms of commands are used where they exist. */
  executeMany(session: Session, jobs: readonly HsmJob[]): Outcome<unknown>[] {
    this.#core.now = this.#clock.now();
    return dispatchMany(this.#ports, session, jobs);
  }

  get mode(): Mode {
    return this.#core.policy.mode;
  }

  get policy(): Policy {
    return this.#core.policy;
  }

  get life(): LifeState {
    return this.#core.life;
  }

  /** Self-tests that failed, and what is known of the reason: for the host's log. */
  get failedTests(): readonly string[] {
    return this.#core.administration.failedTests;
  }

  /** Why the running program is not trusted, in words; empty where it is. */
  get programFault(): string {
    return this.#core.administration.signers.why;
  }

  /** Custodians of a master-key ceremony that the device's last stop broke off. */
  get brokenOff(): readonly string[] {
    return this.#core.administration.brokenOff;
  }
}

/** Commands of the administration that change the device: few, and worth a flush to disk each. */
const LASTING: ReadonlySet<string> = new Set(
  COMMAND_NAMES.filter((name) => {
    const { group, changes }: AnyCommand = COMMANDS[name] as unknown as AnyCommand;
    return group === 'administration' && changes === true;
  }),
);

function commandTable(options: DeviceOptions): CommandTable {
  const table = new Map<string, ReadyCommand>(
    COMMAND_NAMES.map((name) => [name, readyCommand(COMMANDS[name] as unknown as AnyCommand)]),
  );
  for (const plugIn of options.plugIns ?? []) {
    if (table.has(plugIn.name)) {
      throw new InputError('PLUG_IN_NAME', 'a plug-in must not take the name of a command');
    }
    table.set(plugIn.name, readyCommand(plugIn, false));
  }
  return new CommandTable(table);
}
