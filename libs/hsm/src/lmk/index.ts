/**
 * The LMK side of the device, for its faces (host commands): tokens in, tokens out. Keys and PINs that
 * are open are opaque (`LmkKey`, `ClearPin`): no face can look into them, and none does cryptography.
 */
export { fromHex, InputError, toHex } from '@pinfold/crypto';
export {
  HOST_ERRORS,
  type HostErrorCode,
  LMK_KEY_TYPES,
  LMK_PAIR_OF_CODE,
} from '@pinfold/keyblock';
export type { AuthorisationEvent } from './authorisation.js';
export { MacBatch, type MacRow } from './batches/macs.js';
export { NewKeyBatch } from './batches/new-keys.js';
export type { BlockRow } from './batches/pin-blocks.js';
export { PvvBatch, type PvvRow } from './batches/pvvs.js';
export { BATCH_ROWS } from './batches/rows.js';
export { TranslationBatch, type TranslationRow } from './batches/translations.js';
export * from './card-codes.js';
export * from './ciphers.js';
export type { ClearPin } from './clear-pin.js';
export { checkSealedTable, sealedTable } from './decimalisation.js';
export { dukptKey, dukptPinKey } from './dukpt.js';
export {
  type Answer,
  arqcArpc,
  type CardNumber,
  mustMatchDac,
  mustMatchDiscretionaryMac,
  mustMatchDynamicNumber,
  mustMatchTruncated,
  type SessionOf,
} from './emv.js';
export { areEqualTexts, mustEqual, mustEqualText } from './equal.js';
export * from './key-operations.js';
export * from './key-roles.js';
export type { KeyNeed } from './keys.js';
export { isTestLmk, keyBlockLmk, type Lmk, testLmks, variantLmk } from './lmk.js';
export { LmkContext, type MadeAttributes } from './lmk-context.js';
export * from './lmk-device.js';
export * from './macs.js';
export { macOfMask, mustMatchMaskMac } from './mask-mac.js';
export * from './new-pins.js';
export type { KeyAttributes, LmkKey } from './open-key.js';
export {
  type BlockRequest,
  blockOfPin,
  checkTranslation,
  formatNamed,
  pinOfBlock,
} from './pin-blocks.js';
export {
  type IbmRequest,
  mustBeSamePin,
  mustMatchOffset,
  mustMatchPvv,
  offsetOf,
  type PvvRequest,
  pinOf,
  pvvOf,
} from './pin-verification.js';
export * from './refusal.js';
export * from './rsa.js';
export { type PublicKeyHeader, RSA_MODES, sealPrivateKey } from './rsa-tokens.js';
export * from './scripts.js';
export * from './settings.js';
export { PIN_FIELD } from './stored-pin.js';
export { bytesOfWire, wireOfBytes } from './wire-text.js';
