/** The laboratory: attacks on the device, the matrix of attacks and rules, the analyser. */

export * from './analyse/analyse.js';
export { MODELS } from './analyse/model.js';
export * from './attack.js';
export * from './attacks/index.js';
export * from './run-attack.js';
export * from './tree.js';
