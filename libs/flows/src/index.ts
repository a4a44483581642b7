/** What an ATM fleet, a switch and an issuer do with a message: pure logic with ports. */
export * from './atm/index.js';
export * from './issuer/index.js';
export * from './network/demo-network.js';
export * from './node.js';
export * from './parked/parked.js';
export * from './reconcile/reconcile.js';
export * from './switch/index.js';
