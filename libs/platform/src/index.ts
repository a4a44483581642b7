export * from './process/folder-lock.js';
export * from './process/identity.js';
