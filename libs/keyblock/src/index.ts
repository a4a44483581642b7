/**
 * Key tokens as text and bytes: TR-31 / X9.143 / ISO 20038 / payShield key blocks, variant LMK
 * tokens.
 */
export * from './derive.js';
export * from './header.js';
export * from './host-errors.js';
export * from './optional-blocks.js';
export * from './reasons.js';
export * from './unwrap.js';
export * from './usages.js';
export * from './variant-lmk.js';
export * from './variant-lmk-tables.js';
export * from './versions.js';
export * from './wrap.js';
