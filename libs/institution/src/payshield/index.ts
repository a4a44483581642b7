/** An institution whose keys are under the LMK of payShields. */
export * from './hand-console.js';
export * from './key-console.js';
export * from './lmk-facts.js';
export * from './open-console.js';
export * from './payshields.js';
export * from './test-lmk.js';
export * from './test-lmk-console.js';
