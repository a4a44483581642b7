/**
 * RSA without tokens: key pairs, public keys as DER, signatures, encipherment. RFC 8017 (PKCS#1 v2.2),
 * A.1.1 for RSAPublicKey. The host commands' RSA family stands on these; tokens are their own affair.
 */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  sign,
  verify,
} from 'node:crypto';
import { promisify } from 'node:util';
import { concatBytes } from '@pinfold/crypto';
import { decryptPkcs1 } from './pkcs1.js';

/** Modulus and public exponent, big-endian, without leading zeros. */
export interface RsaPublicNumbers {
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
}

/**
 * How INTEGERs of a public key are written: `signed` as DER wants them (a zero byte before a first
 * byte of 80 and more), `unsigned` without that byte, as older host applications do.
 */
export type RsaIntegers = 'signed' | 'unsigned';

export type RsaHash = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';

export const RSA_BITS_LIMITS = { min: 512, max: 4_096 } as const;

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** Length of the DER element that begins at `at`, header included; -1 where there is none. */
export function derElementLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at + 1];
  if (first === undefined) return -1;
  if (first < 0x80) return 2 + first;
  const size = first & 0x7f;
  if (size < 1 || size > 2 || at + 2 + size > bytes.length) return -1;
  let length = 0;
  for (let i = 0; i < size; i++) length = (length << 8) | bytes[at + 2 + i]!;
  return length < 0x80 ? -1 : 2 + size + length;
}

/** The numbers of an RSAPublicKey; undefined for anything but one, of 512 to 4096 bits. */
export function readRsaPublicKey(
  der: Uint8Array,
  integers: RsaIntegers,
): RsaPublicNumbers | undefined {
  if (der[0] !== SEQUENCE || derElementLength(der, 0) !== der.length) return undefined;
  const modulusAt = headerLength(der, 0);
  const modulus = readInteger(der, modulusAt, integers);
  if (modulus === undefined) return undefined;
  const exponentAt = modulusAt + derElementLength(der, modulusAt);
  const exponent = readInteger(der, exponentAt, integers);
  if (exponent === undefined) return undefined;
  if (exponentAt + derElementLength(der, exponentAt) !== der.length) return undefined;
  const numbers = { modulus, exponent };
  return sound(numbers) ? numbers : undefined;
}

function sound({ modulus, exponent }: RsaPublicNumbers): boolean {
  const bits = rsaBits({ modulus });
  if (bits < RSA_BITS_LIMITS.min || bits > RSA_BITS_LIMITS.max) return false;
  const odd = (number: Uint8Array): boolean => (number[number.length - 1]! & 1) === 1;
  const one = exponent.length === 1 && exponent[0] === 1;
  return odd(modulus) && odd(exponent) && !one && exponent.length <= modulus.length;
}

/** Length of the modulus in bits. */
export function rsaBits({ modulus }: Pick<RsaPublicNumbers, 'modulus'>): number {
  return modulus.length === 0 ? 0 : 8 * modulus.length - Math.clz32(modulus[0]!) + 24;
}

/** An RSAPublicKey as DER. */
export function rsaPublicKeyDer(numbers: RsaPublicNumbers, integers: RsaIntegers): Uint8Array {
  const parts = [numbers.modulus, numbers.exponent].map((number) =>
    element(INTEGER, integers === 'signed' && number[0]! >= 0x80 ? withZero(number) : number),
  );
  return element(SEQUENCE, concatBytes(...parts));
}

const withZero = (number: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(0), number);

function element(tag: number, body: Uint8Array): Uint8Array {
  const { length } = body;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return concatBytes(Uint8Array.from(head), body);
}

function headerLength(der: Uint8Array, at: number): number {
  return der[at + 1]! < 0x80 ? 2 : 2 + (der[at + 1]! & 0x7f);
}

/** Without leading zeros; undefined for another tag, a negative or a zero number. */
function readInteger(der: Uint8Array, at: number, integers: RsaIntegers): Uint8Array | undefined {
  const length = derElementLength(der, at);
  if (der[at] !== INTEGER || length < 3 || at + length > der.length) return undefined;
  const body = der.subarray(at + headerLength(der, at), at + length);
  if (integers === 'signed' && body[0]! >= 0x80) return undefined;
  const from = body.findIndex((byte) => byte !== 0);
  return from < 0 ? undefined : body.slice(from);
}

export interface RsaPair {
  readonly publicKey: RsaPublicNumbers;
  /** PKCS#1 DER. */
  readonly privateKey: Uint8Array;
}

interface RsaPairOptions {
  readonly bits: number;
  /** 65537 where it is not given. */
  readonly exponent?: number;
}

const optionsOf = ({ bits, exponent = 65_537 }: RsaPairOptions) => ({
  modulusLength: bits,
  publicExponent: exponent,
});

const pairOf = (keys: { publicKey: KeyObject; privateKey: KeyObject }): RsaPair => ({
  publicKey: numbersOf(keys.publicKey),
  privateKey: new Uint8Array(keys.privateKey.export({ type: 'pkcs1', format: 'der' })),
});

/** A new pair. Takes up to seconds, growing with the length. */
export function generateRsaPair(o: RsaPairOptions): RsaPair {
  return pairOf(generateKeyPairSync('rsa', optionsOf(o)));
}

const generateElsewhere = promisify(generateKeyPair);

/** The same away from the event loop. */
export async function generateRsaPairLater(o: RsaPairOptions): Promise<RsaPair> {
  return pairOf(await generateElsewhere('rsa', optionsOf(o)));
}

/** The public half of a private key (PKCS#1 DER). @throws where the DER is no private key */
export function rsaPublicNumbers(privateKey: Uint8Array): RsaPublicNumbers {
  return numbersOf(createPublicKey(privateObject(privateKey)));
}

function numbersOf(key: KeyObject): RsaPublicNumbers {
  const { n, e } = key.export({ format: 'jwk' });
  return { modulus: fromBase64(n!), exponent: fromBase64(e!) };
}

const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));
const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

function publicObject({ modulus, exponent }: RsaPublicNumbers): KeyObject {
  const key = { kty: 'RSA', n: toBase64(modulus), e: toBase64(exponent) };
  return createPublicKey({ key, format: 'jwk' });
}

function privateObject(der: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs1' });
}

/** RSASSA-PKCS1-v1_5 (8.2), as long as the modulus; undefined where the modulus is too short for it. */
export function rsaSign(o: {
  privateKey: Uint8Array;
  hash: RsaHash;
  data: Uint8Array;
}): Uint8Array | undefined {
  try {
    return new Uint8Array(sign(o.hash, o.data, privateObject(o.privateKey)));
  } catch {
    return undefined;
  }
}

export function rsaVerifies(o: {
  publicKey: RsaPublicNumbers;
  hash: RsaHash;
  data: Uint8Array;
  signature: Uint8Array;
}): boolean {
  try {
    return verify(o.hash, o.data, publicObject(o.publicKey), o.signature);
  } catch {
    return false;
  }
}

/** RSAES-OAEP (7.1) with its hash and label, or RSAES-PKCS1-v1_5 (7.2). */
export type RsaPadding =
  | { readonly name: 'pkcs1' }
  | { readonly name: 'oaep'; readonly hash: RsaHash; readonly label: Uint8Array };

/** Undefined where the message does not fit the modulus. */
export function rsaEncrypt(o: {
  publicKey: RsaPublicNumbers;
  padding: RsaPadding;
  data: Uint8Array;
}): Uint8Array | undefined {
  try {
    const key = publicObject(o.publicKey);
    return new Uint8Array(publicEncrypt({ key, ...options(o.padding) }, o.data));
  } catch {
    return undefined;
  }
}

/**
 * The message, or undefined whatever is wrong. PKCS1 v1.5 answers as devices of its time did (see
 * `pkcs1.ts`): who lets that answer out has Bleichenbacher's oracle.
 */
export function rsaDecrypt(o: {
  privateKey: Uint8Array;
  padding: RsaPadding;
  data: Uint8Array;
}): Uint8Array | undefined {
  try {
    const key = privateObject(o.privateKey);
    if (o.padding.name === 'pkcs1') return decryptPkcs1(key, o.data);
    return new Uint8Array(privateDecrypt({ key, ...options(o.padding) }, o.data));
  } catch {
    return undefined;
  }
}

function options(padding: RsaPadding) {
  if (padding.name === 'pkcs1') return { padding: constants.RSA_PKCS1_PADDING };
  const { hash: oaepHash, label } = padding;
  const oaepLabel = label.length === 0 ? undefined : Buffer.from(label);
  return { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash, oaepLabel };
}
