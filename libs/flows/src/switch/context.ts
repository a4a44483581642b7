/** What the parts of one switch share. */
import type { KeyRing, NodePorts, Timeouts } from '../node.js';
import type { SpoiledMemory, SwitchBugs } from './bugs.js';
import type { LinkMonitor } from './links.js';
import type { IssuerLink, RouteTable, SwitchOptions } from './options.js';
import type { SwitchStore } from './store.js';

export interface SwitchContext {
  readonly options: SwitchOptions;
  readonly ports: NodePorts<SwitchStore>;
  readonly timeouts: Timeouts;
  readonly ring: KeyRing;
  readonly links: LinkMonitor;
  readonly issuers: ReadonlyMap<string, IssuerLink>;
  readonly routes: RouteTable;
  readonly bugs: SwitchBugs;
  /** Only where bugs are planted. */
  readonly spoiled: SpoiledMemory | undefined;
}
