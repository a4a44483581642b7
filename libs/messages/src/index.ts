/** Topics, records, sealing, events and the data elements whose content this network defines. */
export * from './events.js';
export * from './gcm.js';
export * from './keyed-hash.js';
export * from './mask-pan.js';
export * from './nonces.js';
export * from './original-data.js';
export * from './recent.js';
export * from './record.js';
export * from './record-codec.js';
export * from './replacement-amounts.js';
export * from './response-codes.js';
export * from './reversal-reasons.js';
export * from './sealer.js';
export * from './topics.js';
export * from './wire.js';
