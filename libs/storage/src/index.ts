export * from './atm/index.js';
export * from './issuer/index.js';
export * from './postgres/index.js';
