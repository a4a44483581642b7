/** What the switch's module is given: ports, settings, and who listens. */
import type { RandomBytes } from '@pinfold/crypto';
import type { Clock, Observation, SwitchOptions, SwitchStore, Wire } from '@pinfold/flows';
import type { HsmClient } from '@pinfold/hsm-client';
import type { BusRecord } from '@pinfold/messages';
import type { Logger } from '@pinfold/platform';
import type { SwitchMetrics } from './switch-metrics.js';

export const SWITCH_OPTIONS = Symbol('switch options');

export interface SwitchModuleOptions {
  readonly settings: SwitchOptions;
  readonly store: SwitchStore;
  /** The acquirer's device, as its production identity. */
  readonly hsm: HsmClient;
  readonly wire: Wire;
  readonly send: (records: readonly BusRecord[]) => Promise<void>;
  readonly random: RandomBytes;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: SwitchMetrics;
  /** Also told of everything that is observed: the narration, a test. */
  readonly observe?: (observation: Observation) => void;
}
