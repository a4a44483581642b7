/** What a process of an institution stands on: its device in a folder, its data keys, its wire. */
export * from './ceremonies.js';
export * from './data-keys.js';
export * from './device-folder.js';
export * from './hsm-access.js';
export * from './hsm-route.js';
export * from './hsm-tls.js';
export * from './institution.js';
export * from './key-world.js';
export * from './payshield/index.js';
export * from './program-files.js';
export * from './record-vault.js';
export * from './service-base.js';
export * from './tokens.js';
export * from './topology.js';
export * from './vault.js';
export * from './write-whole.js';
