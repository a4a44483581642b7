/** What an issuer's module is given: ports, settings, and who listens. */
import type { RandomBytes } from '@pinfold/crypto';
import type { Clock, IssuerSettings, IssuerStore, Observation, Wire } from '@pinfold/flows';
import type { HsmClient } from '@pinfold/hsm-client';
import type { BusRecord } from '@pinfold/messages';
import type { Logger } from '@pinfold/platform';
import type { IssuerMetrics } from './issuer-metrics.js';

export const ISSUER_OPTIONS = Symbol('issuer options');

export interface IssuerOptions {
  readonly settings: IssuerSettings;
  readonly store: IssuerStore;
  /** The issuer's own device, as its production identity. */
  readonly hsm: HsmClient;
  readonly wire: Wire;
  readonly send: (records: readonly BusRecord[]) => Promise<void>;
  readonly random: RandomBytes;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: IssuerMetrics;
  /** Also told of everything that is observed: the narration, a test. */
  readonly observe?: (observation: Observation) => void;
}
