/** PostgreSQL: the server that the program brings, the base of every store, and each node's store. */
export * from './atm/index.js';
export * from './issuer/index.js';
export * from './postgres/index.js';
export * from './switch/index.js';
