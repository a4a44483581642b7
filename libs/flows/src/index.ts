/** What an ATM fleet, a switch and an issuer do with a message: pure logic with ports. */

export * from './network/demo-network.js';
export * from './node.js';
