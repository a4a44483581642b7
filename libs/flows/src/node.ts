/** What ATM, switch and issuer share: ports, timeouts, keys by version, chunk helpers. */
export * from './node/chunk.js';
export * from './node/clock.js';
export * from './node/key-change.js';
export * from './node/keys.js';
export * from './node/ports.js';
export * from './node/security-info.js';
export * from './node/timeouts.js';
