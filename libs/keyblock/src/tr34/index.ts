/** TR-34 key transport: an entry of its own beside the key blocks. */
export * from './binding.js';
export { isTrusted, readCertificate, TR34_MIN_RSA_BITS, type Tr34Trust } from './certificates.js';
export type { ContentCipher } from './enveloped.js';
export { TR34_REASONS, type Tr34Reason, type Tr34Refusal } from './reasons.js';
export { certificateRequest, MAX_COMMON_NAME } from './request.js';
export {
  TR34_NONCE_BYTES,
  TR34_TIME_WINDOW_MS,
  type Tr34Freshness,
  type Tr34Party,
  tr34Nonce,
  tr34NonceToken,
} from './signed.js';
export { createTr34Token, openTr34Token, TR34_CONTENT_CIPHERS } from './token.js';
