/**
 * TR-34 key transport: an entry of its own, so that who only wraps key blocks does not load CMS.
 */
export { isTrusted, readCertificate, TR34_MIN_RSA_BITS, type Tr34Trust } from './certificates.js';
export * from './token.js';
