/** Ciphers, MACs, check values and key hygiene: bytes in, bytes out. */

export { AesKey, aesDecryptBlock, aesEncryptBlock } from './aes-key.js';
export { concatBytes, equalConstantTime, fromHex, toHex, wipe, xorBytes } from './bytes.js';
export { type CfbInput, type CfbSegment, decryptCfb, encryptCfb } from './cfb.js';
export { type CheckValueOptions, checkValue } from './check-value.js';
export { cmac } from './cmac.js';
export { combineComponents, MAX_COMPONENTS, splitComponents } from './components.js';
export {
  BATCH_ENGINES,
  type BatchEngine,
  BITSLICE_FROM,
  DesBatch,
  type DesBatchOptions,
  type KeyHandle,
} from './des-batch.js';
export { DesKey, desDecryptBlock, desEncryptBlock } from './des-key.js';
export {
  InputError,
  isBytes,
  requireBytes,
  requireInteger,
  requireLength,
  requireOneOf,
} from './errors.js';
export { HMAC_HASHES, type HmacHash, HmacKey, hmac } from './hmac.js';
export { type HmacPart, hmacBlockBytes, hmacChain, hmacFinish } from './hmac-parts.js';
export { type Iso9797Parameters, Iso9797Stream, iso9797Mac } from './iso9797.js';
export { type Iso9797Many, iso9797MacMany } from './iso9797-many.js';
export { type Iso9797Padding, iso9797Pad } from './iso9797-padding.js';
export { type Iso9797Places, iso9797MacPlaces } from './iso9797-places.js';
export { type BlockKey, ctr, decryptCbc, decryptEcb, encryptCbc, encryptEcb } from './modes.js';
export { adjustOddParity, hasOddParity } from './parity.js';
export { type RandomBytes, takeRandom } from './random.js';
export {
  adaptiveProportionTest,
  failedStatisticalTests,
  type HealthTest,
  isHealthy,
  proportionCutoff,
  repetitionCountTest,
  STATISTICAL_BYTES,
  STATISTICAL_TESTS,
  type StatisticalTest,
} from './random-health.js';
export { type Ok, ok, type Refused, type Result, refused } from './result.js';
export { decryptMany, encryptMany } from './shared-batch.js';
export { hasEqualHalves, isWeakDesKey } from './weak-keys.js';
