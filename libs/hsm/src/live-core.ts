/** The inside of a device: what its commands work on, built from a state and written back to one. */
import { fromHex, InputError, type RandomBytes, toHex, wipe } from '@pinfold/crypto';
import { AuditChain, type AuditFacts } from './administration/audit.js';
import { Ceremonies } from './administration/ceremonies.js';
import { DEFAULT_PIN_LIMITS, PinLimits } from './administration/pin-limits.js';
import type { Core, PrintedPage } from './core.js';
import type { DeviceOptions } from './device.js';
import type { DeviceState } from './device-state.js';
import { KeyStore } from './keys/key-store.js';
import { MasterKeySet } from './keys/master-keys.js';
import { type LifeEvent, type LifeState, nextLifeState } from './life-cycle.js';
import { DecimalisationTables } from './pin/tables.js';
import { VerificationRecords } from './pin/verification-record.js';
import { Policy } from './policy/policy.js';
import type { Envelope } from './terms-bytes.js';

export class LiveCore implements Core {
  readonly policy: Policy;
  readonly random: RandomBytes;
  readonly envelopes: (envelope: Envelope) => void;
  readonly printer: (page: PrintedPage) => void;
  readonly tables: DecimalisationTables;
  readonly limits: PinLimits;
  readonly ceremonies: Ceremonies;
  /** Absent until there are master keys; commands are not reached before. */
  keys!: KeyStore;
  records!: VerificationRecords;
  now = 0;
  demo: boolean;
  life: LifeState;
  #masterKeys: MasterKeySet | undefined;
  readonly #chain: AuditChain;
  readonly #options: DeviceOptions;

  constructor(options: DeviceOptions, state: DeviceState) {
    this.#options = options;
    this.policy = new Policy(state.mode, options.policy);
    this.random = options.random;
    this.envelopes = options.envelopes ?? (() => undefined);
    this.printer = options.printer ?? (() => undefined);
    this.tables = new DecimalisationTables(state.tables);
    this.limits = new PinLimits(this.policy, options.limits ?? DEFAULT_PIN_LIMITS, state.limits);
    this.ceremonies = new Ceremonies(state.ceremonies);
    this.demo = state.demo;
    this.life = state.life;
    this.#chain = new AuditChain(state.audit, options.audit ?? (() => undefined));
    if (state.masterKeys !== undefined) {
      const { version, joined } = state.masterKeys;
      const bytes = fromHex(joined);
      this.#install(MasterKeySet.of(state.mode, version, bytes)!);
      wipe(bytes);
    }
  }

  /** Puts the first master keys in and makes the device operational. */
  initialise(masterKeys: MasterKeySet, demo: boolean): void {
    if (masterKeys.mode !== this.policy.mode) {
      throw new InputError('MASTER_KEYS_MODE', 'master keys must be of the mode of the device');
    }
    this.demo = demo;
    this.#install(masterKeys);
    this.moveTo('initialise');
    this.moveTo('activate');
    this.audit({ event: demo ? 'initialised-demo' : 'initialised' });
  }

  moveTo(event: LifeEvent): void {
    const next = nextLifeState(this.life, event);
    if (next === undefined) throw new InputError('LIFE_CYCLE', `no ${event} from ${this.life}`);
    this.life = next;
  }

  audit(facts: AuditFacts): void {
    this.#chain.append(facts, this.now);
  }

  toState(): DeviceState {
    const joined = this.#masterKeys?.exposeJoined();
    return {
      mode: this.policy.mode,
      life: this.life,
      demo: this.demo,
      masterKeys:
        joined === undefined
          ? undefined
          : { version: this.#masterKeys!.version, joined: toHex(joined) },
      tables: this.tables.toState(),
      limits: this.limits.toState(this.now),
      ceremonies: this.ceremonies.toState(),
      audit: this.#chain.toState(),
    };
  }

  #install(masterKeys: MasterKeySet): void {
    this.#masterKeys = masterKeys;
    const { cachedKeys: capacity, laboratory } = this.#options;
    const observer = this.demo ? laboratory?.keyMade : undefined;
    this.keys = new KeyStore(this.policy, masterKeys, { capacity, observer });
    this.records = new VerificationRecords(this.policy, masterKeys);
  }
}
