/**
 * Application cryptograms and their answers, under triple DES and AES. EMV 4.4 Book 2, sections 8.1
 * (ARQC, TC, AAC) and 8.2 (ARPC methods 1 and 2).
 */
import { concatBytes, equalConstantTime, InputError, isBytes, xorBytes } from '@pinfold/crypto';
import { cipherFacts, type EmvCipher, emvMac, encipher, requireBytesOf } from './cipher.js';

/**
 * `iso1`: zeros when needed (Visa CVN 10); `iso2`: 80 always (CVN 18, M/Chip); `none`: whole blocks, and
 * the one for AES, where CMAC pads by itself.
 */
export type CryptogramPadding = 'iso1' | 'iso2' | 'none';

const PADDING = { none: 0, iso1: 1, iso2: 2 } as const;
const CRYPTOGRAM_BYTES = 8;
const METHOD_2_BYTES = 4;

export interface CryptogramInput {
  /** Session key (or ICC master key for schemes without session keys). */
  readonly key: Uint8Array;
  /** Triple DES where nothing is said. */
  readonly cipher?: EmvCipher;
  /** The data elements that the card lists, joined. */
  readonly data: Uint8Array;
  readonly padding: CryptogramPadding;
}

/**
 * Application cryptogram, 8 bytes: ISO/IEC 9797-1 algorithm 3 over the data, or CMAC under AES.
 * @throws InputError EMV_CIPHER, EMV_PADDING (unknown, or not `none` under AES), EMV_KEY, KEY_LENGTH,
 * DATA_LENGTH
 */
export function applicationCryptogram(input: CryptogramInput): Uint8Array {
  const { key, data, padding: name, cipher = 'tdes' } = input;
  const padding = Object.hasOwn(PADDING, name) ? PADDING[name] : undefined;
  const { blockBytes } = cipherFacts(cipher);
  if (padding === undefined || (blockBytes === 16 && padding !== 0)) {
    throw new InputError('EMV_PADDING', 'padding is none, iso1 or iso2; none under AES');
  }
  return emvMac(key, data, { cipher, padding });
}

/** Compares in constant time. @throws InputError as `applicationCryptogram` */
export function verifyArqc(input: CryptogramInput & { readonly arqc: Uint8Array }): boolean {
  return equalConstantTime(applicationCryptogram(input), input.arqc);
}

/**
 * ARPC method 1: the ARQC XORed with the response code (left-justified), enciphered; 8 bytes. Under
 * AES eight zero bytes follow before, and the left half of the block is the answer.
 * @param input.arc authorisation response code, 2 bytes
 * @throws InputError EMV_CIPHER, EMV_KEY, EMV_ARQC, EMV_ARC
 */
export function arpcMethod1(input: {
  key: Uint8Array;
  arqc: Uint8Array;
  arc: Uint8Array;
  cipher?: EmvCipher;
}): Uint8Array {
  const { key, arqc, arc, cipher = 'tdes' } = input;
  const { blockBytes } = cipherFacts(cipher);
  requireArqc(arqc);
  requireBytesOf(arc, { length: 2, code: 'EMV_ARC', name: 'arc' });
  const block = new Uint8Array(blockBytes);
  block.set(xorBytes(arqc, concatBytes(arc, new Uint8Array(6))));
  return encipher(key, block, { cipher }).slice(0, CRYPTOGRAM_BYTES);
}

/**
 * ARPC method 2: a MAC over ARQC, card status update and proprietary data; its left 4 bytes.
 * @param input.csu card status update, 4 bytes
 * @param input.proprietaryData 0 to 8 bytes
 * @throws InputError EMV_CIPHER, EMV_KEY, KEY_LENGTH, EMV_ARQC, EMV_CSU, EMV_PROPRIETARY
 */
export function arpcMethod2(input: {
  key: Uint8Array;
  arqc: Uint8Array;
  csu: Uint8Array;
  proprietaryData?: Uint8Array;
  cipher?: EmvCipher;
}): Uint8Array {
  const { key, arqc, csu, proprietaryData = new Uint8Array(), cipher } = input;
  requireArqc(arqc);
  requireBytesOf(csu, { length: 4, code: 'EMV_CSU', name: 'csu' });
  if (!isBytes(proprietaryData) || proprietaryData.length > 8) {
    throw new InputError('EMV_PROPRIETARY', 'proprietaryData must be at most 8 bytes');
  }
  const data = concatBytes(arqc, csu, proprietaryData);
  return emvMac(key, data, { cipher, padding: 2 }).slice(0, METHOD_2_BYTES);
}

function requireArqc(arqc: Uint8Array): void {
  requireBytesOf(arqc, { length: CRYPTOGRAM_BYTES, code: 'EMV_ARQC', name: 'arqc' });
}
