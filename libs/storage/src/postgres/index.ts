export * from './database.js';
export * from './embedded/server.js';
export { THROWAWAY_SETTINGS } from './embedded/settings.js';
export * from './migrations.js';
export * from './retry.js';
export * from './unnest.js';
