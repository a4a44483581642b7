/** The issuer's tables and its store on PostgreSQL. */
export { accountStatement, type StatementLine } from './account-statement.js';
export { PostgresIssuerStore } from './issuer-store.js';
export { issuerMigrations } from './migrations.js';
