/** The issuer's tables and its store on PostgreSQL. */
export { PostgresIssuerStore } from './issuer-store.js';
export { issuerMigrations } from './migrations.js';
