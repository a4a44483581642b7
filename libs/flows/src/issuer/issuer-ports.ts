/** What an issuer takes from outside, beyond what all nodes take. */
import type { NodePorts } from '../node/ports.js';
import type { IssuerBugs } from './bugs.js';
import type { IssuerSettings } from './settings.js';
import type { IssuerStore } from './store.js';

export interface IssuerPorts extends NodePorts<IssuerStore> {
  readonly settings: IssuerSettings;
  /** Told of a data key that the switch gave: the wire then opens and seals under it. */
  readonly takeDataKey?: (version: number, dataKey: Uint8Array) => void;
  /** Planted faults, for the simulator alone. */
  readonly bugs?: IssuerBugs;
}
