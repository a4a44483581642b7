/** The ATM fleet's tables and its store on PostgreSQL. */
export { PostgresAtmStore } from './atm-store.js';
export { atmMigrations } from './migrations.js';
