/** The laboratory: attacks on the device, the matrix of attacks and rules, the analyser. */

export * from './analyse/analyse.js';
export { MODELS, type Model } from './analyse/model.js';
export * from './attack.js';
export * from './attacks/index.js';
export * from './matrix/figures.js';
export * from './matrix/html.js';
export * from './matrix/markdown.js';
export * from './matrix/measure.js';
export * from './rules-page.js';
export * from './run-attack.js';
export * from './tree.js';
