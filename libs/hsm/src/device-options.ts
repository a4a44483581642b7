/** What a device is made from: its ports, and how it is set up. */
import type { RandomBytes } from '@pinfold/crypto';
import type { AdministrationOptions } from './administration/administration.js';
import type { CodeLimitOptions } from './administration/code-limits.js';
import type { PinLimitOptions } from './administration/pin-limits.js';
import type { PrintedPage } from './core.js';
import type { AnyCommand } from './declare/command.js';
import type { KeyObserver } from './keys/key-store.js';
import type { MasterKeySet } from './keys/master-keys.js';
import type { RsaPairSource } from './keys/rsa-keys.js';
import type { Mode, PolicyOptions } from './policy/policy.js';
import type { Envelope } from './terms-bytes.js';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** What the device gets from its host. */
export interface DevicePorts {
  readonly random: RandomBytes;
  readonly clock: Clock;
  /** Sealed envelopes of custodians. Default: they are dropped, and shares are lost. */
  readonly envelopes?: (envelope: Envelope) => void;
  /** Secure printer for PIN mailers. */
  readonly printer?: (page: PrintedPage) => void;
  /** Receives each line of the audit chain, once, in order. */
  readonly audit?: (line: string) => void;
  /** Puts the state on disk now: what is about to be answered must not be undone by a crash. */
  readonly persist?: () => void;
}

export interface DeviceOptions extends DevicePorts, Omit<AdministrationOptions, 'random'> {
  /** Hardened unless legacy is asked for. */
  readonly mode?: Mode;
  readonly policy?: PolicyOptions;
  readonly limits?: PinLimitOptions;
  readonly codeLimits?: CodeLimitOptions;
  /** Keys that stay opened; see `KeyStore`. */
  readonly cachedKeys?: number;
  /** The end of the audit chain as written; entries later than the state are taken over. */
  readonly auditTail?: readonly string[];
  /** Initialised with these master keys, and operational. */
  readonly masterKeys?: MasterKeySet;
  /** A demo device: random master keys unless some are given; it says so, and issues demo PINs. */
  readonly demo?: boolean;
  /**
   * Demo devices only, for laboratories and tests: told every key that the device makes, in clear, and
   * RSA pairs that can be had again.
   */
  readonly laboratory?: { readonly keyMade: KeyObserver; readonly newPair?: RsaPairSource };
  /** A customer's own commands; the policy must allow plug-ins in hardened mode. */
  readonly plugIns?: readonly AnyCommand[];
}
