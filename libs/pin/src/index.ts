/** Payment PIN arithmetic: PIN blocks, IBM 3624, Visa PVV, decimalisation, card values, DUKPT. */
export * from './card-values.js';
export * from './check.js';
export * from './decimalisation.js';
export * from './dukpt-aes.js';
export * from './dukpt-register.js';
export * from './dukpt-tdes.js';
export * from './formats.js';
export * from './ibm3624.js';
export * from './iso4.js';
export * from './pin-block.js';
export * from './pin-field.js';
export * from './stored-pin.js';
export * from './translation.js';
export * from './visa-pvv.js';
export * from './weak-pins.js';
export * from './words.js';
