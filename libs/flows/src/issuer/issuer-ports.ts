/** What an issuer takes from outside, beyond what all nodes take. */
import type { NodePorts } from '../node/ports.js';
import type { IssuerBugs } from './bugs.js';
import type { IssuerSettings } from './settings.js';
import type { IssuerStore } from './store.js';

export interface IssuerPorts extends NodePorts<IssuerStore> {
  readonly settings: IssuerSettings;
  /** Planted faults, for the simulator alone. */
  readonly bugs?: IssuerBugs;
}
