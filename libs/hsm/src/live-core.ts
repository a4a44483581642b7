/** The inside of a device: what its commands work on, built from a state and written back to one. */
import { fromHex, InputError, type RandomBytes, toHex, wipe } from '@pinfold/crypto';
import { Administration } from './administration/administration.js';
import { AuditChain, type AuditFacts } from './administration/audit.js';
import { Ceremonies } from './administration/ceremonies.js';
import { CodeLimits } from './administration/code-limits.js';
import { DEFAULT_PIN_LIMITS, PinLimits } from './administration/pin-limits.js';
import { resumeAudit } from './administration/resume-audit.js';
import { UseLimits } from './administration/use-limits.js';
import type { Core, PrintedPage } from './core.js';
import type { DeviceOptions } from './device-options.js';
import type { DeviceState, MasterKeysState } from './device-state.js';
import { KeyStore } from './keys/key-store.js';
import { MasterKeySet } from './keys/master-keys.js';
import { RsaKeys } from './keys/rsa-keys.js';
import { Tr34Parties } from './keys/tr34-trust.js';
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
  readonly codeLimits: CodeLimits;
  readonly uses: UseLimits;
  readonly tr34: Tr34Parties;
  readonly ceremonies: Ceremonies;
  /** Absent until there are master keys; commands are not reached before. */
  keys!: KeyStore;
  records!: VerificationRecords;
  rsaKeys!: RsaKeys;
  readonly administration: Administration;
  now = 0;
  demo: boolean;
  life: LifeState;
  /** Where the device is but for a failed self-test: what the next start begins with. */
  #resting: LifeState;
  #masterKeys: MasterKeySet | undefined;
  #oldMasterKeys: MasterKeySet | undefined;
  readonly #chain: AuditChain;
  readonly #options: DeviceOptions;
  readonly #erased: (() => void)[] = [];

  constructor(options: DeviceOptions, state: DeviceState) {
    this.#options = options;
    this.policy = new Policy(state.mode, options.policy);
    this.random = options.random;
    this.envelopes = options.envelopes ?? (() => undefined);
    this.printer = options.printer ?? (() => undefined);
    this.tables = new DecimalisationTables(state.tables);
    this.limits = new PinLimits(this.policy, options.limits ?? DEFAULT_PIN_LIMITS, state.limits);
    this.codeLimits = new CodeLimits(this.policy, options.codeLimits, state.codeLimits);
    this.uses = new UseLimits(state.uses);
    this.tr34 = new Tr34Parties(state.tr34);
    this.ceremonies = new Ceremonies(state.ceremonies);
    this.demo = state.demo;
    this.life = state.life;
    this.#resting = state.life;
    const audit = resumeAudit(state.audit, options.auditTail ?? []);
    this.#chain = new AuditChain(audit, options.audit ?? (() => undefined));
    this.administration = new Administration(this, options, state);
    const { masterKeys, oldMasterKeys } = state;
    if (oldMasterKeys !== undefined) this.#install(this.#setOf(oldMasterKeys));
    if (masterKeys !== undefined && oldMasterKeys !== undefined)
      this.#change(this.#setOf(masterKeys));
    else if (masterKeys !== undefined) this.#install(this.#setOf(masterKeys));
  }

  /** What else has to be wiped when the device is tampered with. */
  onErase(erase: () => void): void {
    this.#erased.push(erase);
  }

  /** Puts the first master keys in. */
  install(masterKeys: MasterKeySet, demo = false): void {
    if (masterKeys.mode !== this.policy.mode) {
      throw new InputError('MASTER_KEYS_MODE', 'master keys must be of the mode of the device');
    }
    this.demo = demo;
    this.#install(masterKeys);
    this.moveTo('initialise');
    this.audit({ event: demo ? 'initialised-demo' : 'initialised' });
  }

  /** A new set of master keys; the old one re-encrypts tokens until it is erased. */
  changeMasterKeys(masterKeys: MasterKeySet): void {
    this.#change(masterKeys);
    this.audit({ event: 'master-keys-changed', detail: `version ${masterKeys.version}` });
  }

  /** The end of a change of master keys; false where there was none. */
  eraseOldMasterKeys(): boolean {
    this.#oldMasterKeys?.wipe();
    this.#oldMasterKeys = undefined;
    this.records.eraseOld();
    this.rsaKeys.eraseOld();
    return this.keys.eraseOld();
  }

  /** Keys, caches and open ceremonies are gone; status and audit are left. */
  tamper(): void {
    this.#masterKeys?.wipe();
    this.#masterKeys = undefined;
    this.#oldMasterKeys?.wipe();
    this.#oldMasterKeys = undefined;
    this.keys?.wipe();
    this.records?.wipe();
    this.rsaKeys?.wipe();
    this.administration.cancel();
    for (const erase of this.#erased) erase();
    this.moveTo('tamper');
    this.audit({ event: 'tampered' });
  }

  get plugIns(): readonly string[] {
    return (this.#options.plugIns ?? []).map(({ name }) => name);
  }

  get hasOldMasterKeys(): boolean {
    return this.#oldMasterKeys !== undefined;
  }

  get masterKeyVersion(): number | undefined {
    return this.#masterKeys?.version;
  }

  /** Check values of the master keys, by name; none when there are no keys. */
  get masterKeyCheckValues(): Readonly<Record<string, string>> {
    return this.#masterKeys?.checkValues() ?? {};
  }

  /** Reads a secret: the joined master keys, a copy. */
  exposeMasterKeys(): Uint8Array | undefined {
    return this.#masterKeys?.exposeJoined();
  }

  get audited(): AuditChain {
    return this.#chain;
  }

  moveTo(event: LifeEvent): void {
    const next = nextLifeState(this.life, event);
    if (next === undefined) throw new InputError('LIFE_CYCLE', `no ${event} from ${this.life}`);
    this.life = next;
    if (next !== 'error') this.#resting = next;
  }

  audit(facts: AuditFacts): void {
    this.#chain.append(facts, this.now);
  }

  toState(): DeviceState {
    return {
      mode: this.policy.mode,
      life: this.#resting,
      demo: this.demo,
      masterKeys: stateOf(this.#masterKeys),
      oldMasterKeys: stateOf(this.#oldMasterKeys),
      tables: this.tables.toState(),
      limits: this.limits.toState(this.now),
      codeLimits: this.codeLimits.toState(this.now),
      uses: this.uses.toState(),
      tr34: this.tr34.toState(),
      ceremonies: this.ceremonies.toState(),
      ...this.administration.toState(this.now),
      audit: this.#chain.toState(),
    };
  }

  #change(masterKeys: MasterKeySet): void {
    this.#oldMasterKeys?.wipe();
    this.#oldMasterKeys = this.#masterKeys;
    this.#masterKeys = masterKeys;
    this.keys.change(masterKeys);
    this.records.change(masterKeys);
    this.rsaKeys.change(masterKeys);
  }

  #setOf({ version, joined }: MasterKeysState): MasterKeySet {
    const bytes = fromHex(joined);
    const set = MasterKeySet.of(this.policy.mode, version, bytes);
    wipe(bytes);
    if (set === undefined) throw new InputError('STATE_INVALID', 'master keys of another mode');
    return set;
  }

  #install(masterKeys: MasterKeySet): void {
    this.#masterKeys = masterKeys;
    const { cachedKeys: capacity, laboratory } = this.#options;
    const observer = this.demo ? laboratory?.keyMade : undefined;
    this.keys = new KeyStore(this.policy, masterKeys, { capacity, observer });
    this.records = new VerificationRecords(this.policy, masterKeys, { random: this.random });
    const newPair = this.demo ? laboratory?.newPair : undefined;
    this.rsaKeys = new RsaKeys(this.policy, masterKeys, {
      random: this.random,
      newPair,
      onFault: () => this.administration.fault('rsa-pairwise'),
    });
  }
}

function stateOf(set: MasterKeySet | undefined): MasterKeysState | undefined {
  if (set === undefined) return undefined;
  const joined = set.exposeJoined();
  const state = { version: set.version, joined: toHex(joined) };
  wipe(joined);
  return state;
}
