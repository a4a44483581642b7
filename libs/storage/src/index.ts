export * from './atm/index.js';
export * from './postgres/index.js';
