/** The switch's tables and its store on PostgreSQL. */
export { switchMigrations } from './migrations.js';
export type { PanKeeper } from './rows.js';
export { PostgresSwitchStore } from './switch-store.js';
