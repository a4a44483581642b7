/**
 * The LMK side of the device: master keys of the Visa Security Module's successor, under which keys
 * and PINs travel as host commands carry them. What they open never leaves this folder: a face of the
 * device (host commands) names keys by their tokens and gets tokens, cryptograms and verdicts.
 *
 * One object is one set of LMKs with its security settings and its authorised state.
 */
import { InputError, type RandomBytes } from '@pinfold/crypto';
import type { AuditFacts } from '../administration/audit.js';
import type { LifeState } from '../life-cycle.js';
import { Authorisation, type AuthorisationEvent } from './authorisation.js';
import { LmkKeys } from './keys.js';
import { type Lmk, testLmks } from './lmk.js';
import type { ReplyCode } from './refusal.js';
import { type HostMode, type SettingName, settingsOf } from './settings.js';
import { SlowWork } from './slow-work.js';
import { PIN_FIELD } from './stored-pin.js';

export interface LmkOptions {
  readonly random: RandomBytes;
  /** Hardened unless legacy is asked for. */
  readonly mode?: HostMode;
  /** Settings to switch off. */
  readonly without?: readonly SettingName[];
  /** The first one is the default; the test LMKs of the mode where none are given. */
  readonly lmks?: readonly Lmk[];
  /** Clear-PIN field, 5 to 13; default 5. */
  readonly pinLength?: number;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

/** What the device around it gives it. */
export interface LmkPorts {
  readonly life: () => LifeState;
  readonly audit: (facts: AuditFacts) => void;
}

const ALONE: LmkPorts = { life: () => 'operational', audit: () => undefined };

const REFUSALS_EVERY_MS = 60_000;

const AUDITED = {
  'consent of one': 'authorisation-consent',
  authorised: 'authorised',
  ended: 'authorisation-ended',
} as const satisfies Record<AuthorisationEvent['state'], string>;

/** Reply codes of a device that does not serve: 13 no LMKs, 41 a failed self-test. */
const SHUT: Readonly<Record<LifeState, ReplyCode | undefined>> = {
  factory: '13',
  initialised: '13',
  operational: undefined,
  error: '41',
  tampered: '13',
};

export class LmkDevice {
  readonly mode: HostMode;
  readonly settings: ReadonlySet<SettingName>;
  readonly keys: LmkKeys;
  readonly random: RandomBytes;
  readonly pinLength: number;
  readonly lmks: readonly Lmk[];
  readonly slowWork = new SlowWork();
  readonly #authorisation: Authorisation;
  readonly #clock: () => number;
  /** By command and setting: as many as there are of both at most. */
  readonly #refusals = new Map<string, { readonly at: number; more: number }>();
  #told: (event: AuthorisationEvent) => void = () => undefined;
  readonly #ports: LmkPorts;

  /** `Device.lmk` gives the ports; alone it is for tools that need no device around it. */
  constructor(options: LmkOptions, ports = ALONE) {
    this.#ports = ports;
    this.mode = options.mode ?? 'hardened';
    this.settings = settingsOf(this.mode, options.without);
    this.random = options.random;
    this.keys = new LmkKeys(options.random, this.settings);
    this.lmks = options.lmks ?? testLmks(this.mode);
    this.pinLength = options.pinLength ?? PIN_FIELD.default;
    const { clock = Date.now } = options;
    this.#clock = clock;
    this.#authorisation = new Authorisation({
      clock,
      from: this.mode === 'legacy',
      tell: (event) => {
        this.#ports.audit({ event: AUDITED[event.state], who: event.officer });
        this.#told(event);
      },
    });
    checkOptions(this);
  }

  get defaultLmk(): Lmk {
    return this.lmks[0]!;
  }

  get authorised(): boolean {
    return this.#authorisation.inForce;
  }

  /** An officer's consent to the authorised state; see `Authorisation`. */
  consent(officer: string): void {
    this.#authorisation.consent(officer);
  }

  /** Who else is told of the authorised state; the audit chain is always. */
  onAuthorisation(tell: (event: AuthorisationEvent) => void): void {
    this.#told = tell;
  }

  /** Two different officers together. */
  authorise(first: string, second: string): boolean {
    this.consent(first);
    this.consent(second);
    return this.authorised;
  }

  cancelAuthorisation(officer?: string): void {
    this.#authorisation.cancel(officer);
  }

  /** The reply code of every command while the device does not serve. */
  get shut(): ReplyCode | undefined {
    return SHUT[this.#ports.life()];
  }

  /**
   * Writes a refusal by a security setting into the device's audit chain: the first of a kind in a
   * minute; the next entry counts those between. Whoever can send commands cannot fill the disk.
   */
  refused(command: string, code: ReplyCode, setting: string): void {
    const now = this.#clock();
    const kind = `${command} ${setting}`;
    const last = this.#refusals.get(kind);
    if (last !== undefined && Math.abs(now - last.at) < REFUSALS_EVERY_MS) {
      last.more++;
      return;
    }
    const detail = last === undefined || last.more === 0 ? undefined : `${last.more} more before`;
    this.#refusals.set(kind, { at: now, more: 0 });
    this.#ports.audit({ event: 'refused', command, code, rule: setting, detail });
  }

  /** Wipes every key that is open. */
  wipe(): void {
    this.keys.wipe();
  }
}

function checkOptions({ pinLength, lmks }: LmkDevice): void {
  if (!Number.isInteger(pinLength) || pinLength < PIN_FIELD.min || pinLength > PIN_FIELD.max) {
    throw new InputError('PIN_LENGTH', `pinLength must be ${PIN_FIELD.min} to ${PIN_FIELD.max}`);
  }
  if (lmks.length === 0 || new Set(lmks.map(({ id }) => id)).size < lmks.length) {
    throw new InputError('LMKS', 'a device needs LMKs with identifiers of their own');
  }
}
