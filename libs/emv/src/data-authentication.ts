/**
 * Offline data authentication, as a terminal does it: SDA, DDA and CDA. EMV 4.3 Book 2, sections 5
 * and 6. The chain: scheme's CA key → issuer certificate → ICC certificate → signatures.
 * Left out: revocation lists and the choice of the CA key by RID and index (the caller's).
 */
import { createHash } from 'node:crypto';
import { concatBytes, equalConstantTime, ok, type Result, refused, toHex } from '@pinfold/crypto';
import { type EmvPublicKey, recover } from './recovery.js';

/** One outside answer for every reason, as a terminal sets one bit of the TVR. */
export type DataAuthenticationRefusal = 'EMV_DATA_AUTHENTICATION_FAILED';

type Checked<T> = Result<T, DataAuthenticationRefusal>;
const failed = (reason: string): Checked<never> =>
  refused('EMV_DATA_AUTHENTICATION_FAILED', reason);

const ISSUER_CERTIFICATE = 0x02;
const SIGNED_STATIC_DATA = 0x03;
const ICC_CERTIFICATE = 0x04;
const SIGNED_DYNAMIC_DATA = 0x05;
const SHA_1 = 0x01;
const RSA = 0x01;
const PAD = 0xbb;
/** An issuer is named by 3 to 8 digits, table 6. */
const LEAST_IDENTIFIER_DIGITS = 3;

/** Bytes of a recovered certificate before the key's own digits: table 6 (issuer) and table 14 (ICC). */
const ISSUER_FIXED = 14;
const ICC_FIXED = 20;

export interface CertificateInput {
  readonly certificate: Uint8Array;
  /** Remainder of the modulus (tags 92, 9F48); empty where the certificate held all of it. */
  readonly remainder?: Uint8Array;
  /** Tags 9F32, 9F47. */
  readonly exponent: Uint8Array;
  readonly pan: string;
  /** Today, as YYMM. */
  readonly today: string;
}

/** Issuer public key from its certificate under the CA key. Section 5.3. */
export function issuerPublicKey(
  caKey: EmvPublicKey,
  { certificate, remainder = new Uint8Array(), exponent, pan, today }: CertificateInput,
): Checked<EmvPublicKey> {
  const data = recover(caKey, certificate, concatBytes(remainder, exponent));
  if (data === undefined || data[0] !== ISSUER_CERTIFICATE) return failed('issuer certificate');
  const identifier = toHex(data.subarray(1, 5)).replace(/F+$/, '');
  if (identifier.length < LEAST_IDENTIFIER_DIGITS || !pan.startsWith(identifier)) {
    return failed('issuer identifier');
  }
  if (isExpired(data.subarray(5, 7), today)) return failed('issuer certificate expired');
  return keyOf(data, { algorithmAt: 10, fixed: ISSUER_FIXED, remainder, exponent });
}

/** ICC public key from its certificate under the issuer's key. Section 6.4. */
export function iccPublicKey(
  issuerKey: EmvPublicKey,
  input: CertificateInput & { readonly staticData: Uint8Array },
): Checked<EmvPublicKey> {
  const { certificate, remainder = new Uint8Array(), exponent, pan, today, staticData } = input;
  const data = recover(issuerKey, certificate, concatBytes(remainder, exponent, staticData));
  if (data === undefined || data[0] !== ICC_CERTIFICATE) return failed('ICC certificate');
  if (toHex(data.subarray(1, 11)).replace(/F+$/, '') !== pan) return failed('account number');
  if (isExpired(data.subarray(11, 13), today)) return failed('ICC certificate expired');
  return keyOf(data, { algorithmAt: 16, fixed: ICC_FIXED, remainder, exponent });
}

/** SDA: the signed static application data (tag 93). Gives the data authentication code. Section 5.4. */
export function verifyStaticData(
  issuerKey: EmvPublicKey,
  input: { readonly signedData: Uint8Array; readonly staticData: Uint8Array },
): Checked<{ dataAuthenticationCode: Uint8Array }> {
  const data = recover(issuerKey, input.signedData, input.staticData);
  if (data === undefined || data[0] !== SIGNED_STATIC_DATA || data[1] !== SHA_1) {
    return failed('signed static data');
  }
  return ok({ dataAuthenticationCode: data.slice(2, 4) });
}

/** DDA: the answer to INTERNAL AUTHENTICATE (tag 9F4B). Gives the ICC dynamic number. Section 6.5. */
export function verifyDynamicData(
  iccKey: EmvPublicKey,
  input: { readonly signedData: Uint8Array; readonly terminalData: Uint8Array },
): Checked<{ dynamicData: Uint8Array; dynamicNumber: Uint8Array }> {
  const dynamicData = recoverDynamic(iccKey, input.signedData, input.terminalData);
  if (dynamicData === undefined) return failed('signed dynamic data');
  const dynamicNumber = numberOf(dynamicData);
  return dynamicNumber === undefined
    ? failed('dynamic number')
    : ok({ dynamicData, dynamicNumber });
}

/**
 * CDA: the signature in the answer to GENERATE AC. Checks the cryptogram information data and the
 * transaction data hash, and gives the application cryptogram that the signature carries. Section 6.6.
 */
export function verifyCombinedData(
  iccKey: EmvPublicKey,
  input: {
    readonly signedData: Uint8Array;
    readonly unpredictableNumber: Uint8Array;
    readonly cryptogramInformation: number;
    /** PDOL, CDOL1 (and CDOL2) data and the answer's other objects, in the order of section 6.6.1. */
    readonly transactionData: Uint8Array;
  },
): Checked<{ cryptogram: Uint8Array; dynamicNumber: Uint8Array }> {
  const dynamicData = recoverDynamic(iccKey, input.signedData, input.unpredictableNumber);
  const dynamicNumber = dynamicData && numberOf(dynamicData);
  if (dynamicData === undefined || dynamicNumber === undefined) return failed('signed data');
  const rest = dynamicData.subarray(1 + dynamicNumber.length);
  if (rest.length < 29 || rest[0] !== input.cryptogramInformation) {
    return failed('cryptogram information data');
  }
  const hash = createHash('sha1').update(input.transactionData).digest();
  if (!equalConstantTime(hash, rest.subarray(9, 29))) return failed('transaction data hash');
  return ok({ cryptogram: rest.slice(1, 9), dynamicNumber });
}

/** ICC dynamic data of a recovered signature: tables 17 and 22. */
function recoverDynamic(
  iccKey: EmvPublicKey,
  signedData: Uint8Array,
  terminalData: Uint8Array,
): Uint8Array | undefined {
  const data = recover(iccKey, signedData, terminalData);
  if (data === undefined || data[0] !== SIGNED_DYNAMIC_DATA || data[1] !== SHA_1) return undefined;
  const length = data[2]!;
  return 3 + length <= data.length ? data.slice(3, 3 + length) : undefined;
}

/** ICC dynamic number: a length of 2 to 8, then the number. */
function numberOf(dynamicData: Uint8Array): Uint8Array | undefined {
  const length = dynamicData[0] ?? 0;
  if (length < 2 || length > 8 || 1 + length > dynamicData.length) return undefined;
  return dynamicData.slice(1, 1 + length);
}

/** Certificates expire at the end of the month that they name as MMYY. */
function isExpired(mmyy: Uint8Array, today: string): boolean {
  const text = toHex(mmyy);
  return text.slice(2) + text.slice(0, 2) < today;
}

function keyOf(
  data: Uint8Array,
  where: { algorithmAt: number; fixed: number; remainder: Uint8Array; exponent: Uint8Array },
): Checked<EmvPublicKey> {
  const { algorithmAt, fixed, remainder, exponent } = where;
  // hash algorithm, key algorithm, modulus length, exponent length
  if (data[algorithmAt] !== SHA_1 || data[algorithmAt + 1] !== RSA) return failed('algorithm');
  const modulusLength = data[algorithmAt + 2]!;
  if (data[algorithmAt + 3] !== exponent.length) return failed('exponent length');
  // Cut where the certificate ends; the rest of a longer modulus is the remainder.
  const inCertificate = data.subarray(fixed, fixed + modulusLength);
  if (inCertificate.length + remainder.length !== modulusLength) return failed('modulus length');
  if (data.subarray(fixed + inCertificate.length).some((byte) => byte !== PAD))
    return failed('pad');
  return ok({ modulus: concatBytes(inCertificate, remainder), exponent });
}
