/** The acquiring switch: its node, its options, its store port and the memory store. */
export { SWITCH_BUGS, type SwitchBug, type SwitchBugs } from './bugs.js';
export { wantZoneKeys } from './issuer-network.js';
export { type AskedRequest, type LinkRecord, type NetworkCode, newLink } from './links.js';
export { MemorySwitchStore } from './memory-store.js';
export { SwitchNode } from './node.js';
export type { CardRoute, IssuerLink, StandInLimits, SwitchOptions } from './options.js';
export { RequestTaken } from './request-taken.js';
export * from './states.js';
export type * from './store.js';
export * from './transaction.js';
