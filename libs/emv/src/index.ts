/** EMV cryptography: keys, cryptograms, issuer scripts, offline data authentication, one-time codes. */
export * from './cap.js';
export { EMV_CIPHERS, type EmvCipher } from './cipher.js';
export * from './cryptogram.js';
export * from './data-authentication.js';
export * from './master-key.js';
export type { EmvPublicKey } from './recovery.js';
export * from './script.js';
export * from './session-key.js';
export * from './tlv.js';
