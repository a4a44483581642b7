/**
 * Application cryptograms and their answers. EMV 4.3 Book 2, sections 8.1 (ARQC, TC, AAC) and 8.2
 * (ARPC methods 1 and 2).
 */
import { concatBytes, equalConstantTime, InputError, iso9797Mac, xorBytes } from '@pinfold/crypto';
import { encipherBlock } from './tdes.js';

/** `iso1`: zeros when needed (Visa CVN 10); `iso2`: 80 always (CVN 18, M/Chip); `none`: whole blocks. */
export type CryptogramPadding = 'iso1' | 'iso2' | 'none';

const PADDING = { none: 0, iso1: 1, iso2: 2 } as const;
const CRYPTOGRAM_BYTES = 8;
const METHOD_2_BYTES = 4;

export interface CryptogramInput {
  /** Session key (or ICC master key for schemes without session keys), 16 bytes. */
  readonly key: Uint8Array;
  /** The data elements that the card lists, joined. */
  readonly data: Uint8Array;
  readonly padding: CryptogramPadding;
}

/**
 * Application cryptogram, 8 bytes: ISO/IEC 9797-1 algorithm 3 over the data.
 * @throws InputError EMV_PADDING, KEY_LENGTH, DATA_LENGTH
 */
export function applicationCryptogram({ key, data, padding }: CryptogramInput): Uint8Array {
  const code = PADDING[padding];
  if (code === undefined) throw new InputError('EMV_PADDING', 'padding is none, iso1 or iso2');
  return iso9797Mac({ algorithm: 3, padding: code, key, data });
}

/** Compares in constant time. @throws InputError as `applicationCryptogram` */
export function verifyArqc(input: CryptogramInput & { readonly arqc: Uint8Array }): boolean {
  return equalConstantTime(applicationCryptogram(input), input.arqc);
}

/**
 * ARPC method 1: the ARQC XORed with the response code (left-justified), enciphered; 8 bytes.
 * @param input.arc authorisation response code, 2 bytes
 * @throws InputError EMV_KEY, EMV_ARQC, EMV_ARC
 */
export function arpcMethod1(input: {
  key: Uint8Array;
  arqc: Uint8Array;
  arc: Uint8Array;
}): Uint8Array {
  requireArqc(input.arqc);
  if (input.arc.length !== 2) throw new InputError('EMV_ARC', 'arc must be 2 bytes');
  const block = xorBytes(input.arqc, concatBytes(input.arc, new Uint8Array(6)));
  return encipherBlock(input.key, block);
}

/**
 * ARPC method 2: a MAC over ARQC, card status update and proprietary data; its left 4 bytes.
 * @param input.csu card status update, 4 bytes
 * @param input.proprietaryData 0 to 8 bytes
 * @throws InputError KEY_LENGTH, EMV_ARQC, EMV_CSU, EMV_PROPRIETARY
 */
export function arpcMethod2(input: {
  key: Uint8Array;
  arqc: Uint8Array;
  csu: Uint8Array;
  proprietaryData?: Uint8Array;
}): Uint8Array {
  const { key, arqc, csu, proprietaryData = new Uint8Array() } = input;
  requireArqc(arqc);
  if (csu.length !== 4) throw new InputError('EMV_CSU', 'csu must be 4 bytes');
  if (proprietaryData.length > 8) {
    throw new InputError('EMV_PROPRIETARY', 'proprietaryData must be at most 8 bytes');
  }
  const data = concatBytes(arqc, csu, proprietaryData);
  return iso9797Mac({ algorithm: 3, padding: 2, key, data }).slice(0, METHOD_2_BYTES);
}

function requireArqc(arqc: Uint8Array): void {
  if (arqc.length !== CRYPTOGRAM_BYTES) throw new InputError('EMV_ARQC', 'arqc must be 8 bytes');
}
