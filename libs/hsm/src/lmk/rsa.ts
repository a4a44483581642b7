/** RSA keys of host commands: pairs made, public keys trusted by a MAC, keys moved under them. */
import { adjustOddParity, concatBytes, hasOddParity } from '@pinfold/crypto';
import {
  generateRsaPair,
  generateRsaPairLater,
  type RsaHash,
  type RsaIntegers,
  type RsaPadding,
  type RsaPair,
  type RsaPublicNumbers,
  readRsaPublicKey,
  rsaBits,
  rsaDecrypt,
  rsaEncrypt,
  rsaPublicKeyDer,
  rsaSign,
} from '../keys/rsa-primitives.js';
import { mustEqual } from './equal.js';
import type { Lmk } from './lmk.js';
import type { LmkContext } from './lmk-context.js';
import { type LmkKey, openKeyOf } from './open-key.js';
import { refuse } from './refusal.js';
import {
  openPrivateKey,
  openPublicKey,
  type PrivateKeyHeader,
  type PublicKeyHeader,
  publicKeyMac,
  RSA_MODES,
  sealPrivateKey,
  sealPublicKey,
} from './rsa-tokens.js';

/** Bits below which the setting `long-rsa-keys` refuses a modulus. */
const LONG_BITS = 2_048;

export interface RsaPairRequest {
  readonly bits: number;
  readonly exponent?: number;
  readonly use: keyof typeof RSA_MODES;
  readonly integers: RsaIntegers;
  readonly header: Omit<PrivateKeyHeader, 'modeOfUse'>;
}

interface NewPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** A new pair: the public key as DER, the private key as a token under the LMK; only while authorised. */
export function newRsaPair(context: LmkContext, o: RsaPairRequest): NewPair {
  checkBits(context, o);
  return sealedPair(context, o, generateRsaPair(o));
}

/** The same away from the event loop; 43 where too many wait for theirs. */
export async function newRsaPairLater(context: LmkContext, o: RsaPairRequest): Promise<NewPair> {
  checkBits(context, o);
  const made = context.module.slowWork.run(() => generateRsaPairLater(o)) ?? refuse('43');
  return sealedPair(context, o, await made);
}

function checkBits(context: LmkContext, { bits }: RsaPairRequest): void {
  if (bits < LONG_BITS) context.unless('long-rsa-keys');
}

function sealedPair(context: LmkContext, o: RsaPairRequest, pair: RsaPair): NewPair {
  const { random } = context.module;
  const header = { ...o.header, modeOfUse: RSA_MODES[o.use], random };
  const privateKey = sealPrivateKey(context.lmk, pair.privateKey, header);
  pair.privateKey.fill(0);
  return { publicKey: rsaPublicKeyDer(pair.publicKey, o.integers), privateKey };
}

/** The numbers of a public key; 04 where it is none, 76 where the settings find it short. */
export function publicKeyOf(
  context: LmkContext,
  der: Uint8Array,
  integers: RsaIntegers,
): RsaPublicNumbers {
  const numbers = readRsaPublicKey(der, integers) ?? refuse('04');
  if (rsaBits(numbers) < LONG_BITS) context.unless('long-rsa-keys');
  return numbers;
}

interface Trusted {
  readonly publicKey: Uint8Array;
  readonly authentication: Uint8Array;
}

/** A public key as a host gives it back: by a MAC under a variant LMK, in a key block under the others. */
export type KeptPublicKey =
  | (Trusted & { readonly mac: Uint8Array })
  | { readonly block: Uint8Array };

const ANY_USE: PublicKeyHeader = { modeOfUse: 'N', keyVersion: '00', exportability: 'N' };

/** What a host keeps of a public key (DER); only while authorised. */
export function keepPublicKey(
  { lmk, module }: LmkContext,
  o: Trusted & { readonly header?: PublicKeyHeader },
): Uint8Array {
  if (lmk.kind === 'variant') {
    return concatBytes(publicKeyMac(lmk, o.publicKey, o.authentication), o.publicKey);
  }
  if (o.authentication.length > 0) refuse('15');
  return sealPublicKey(lmk, o.publicKey, { ...ANY_USE, ...o.header, random: module.random });
}

/**
 * The numbers of a public key that was kept (either way of writing): 01 where its MAC is wrong, A4 where
 * that of its block is, A8 where its block is for another use.
 */
export function authenticKey(
  context: LmkContext,
  kept: KeptPublicKey,
  use?: 'V' | 'E',
): RsaPublicNumbers {
  const der = authenticDer(context.lmk, kept, use);
  const signed = readRsaPublicKey(der, 'signed');
  return publicKeyOf(context, der, signed === undefined ? 'unsigned' : 'signed');
}

function authenticDer(lmk: Lmk, kept: KeptPublicKey, use?: 'V' | 'E'): Uint8Array {
  if (lmk.kind === 'key-block') {
    return openPublicKey(lmk, 'block' in kept ? kept.block : refuse('A1'), use);
  }
  if ('block' in kept) return refuse('A1');
  mustEqual(publicKeyMac(lmk, kept.publicKey, kept.authentication), kept.mac);
  return kept.publicKey;
}

/** PKCS#1 v1.5; 78 where the modulus is too short for the hash. */
export function signed(
  context: LmkContext,
  o: { readonly privateKey: Uint8Array; readonly hash: RsaHash; readonly data: Uint8Array },
): Uint8Array {
  const privateKey = openPrivateKey(context.lmk, o.privateKey, 'sign');
  const made = rsaSign({ privateKey, hash: o.hash, data: o.data });
  privateKey.fill(0);
  return made ?? refuse('78');
}

const LENGTHS = { A: [16, 24, 32], T: [8, 16, 24] } as const;

/** A key from under a public key; 77 for every failure of OAEP. `adjusted`: it had not odd parity. */
export function keyUnderPublicKey(
  context: LmkContext,
  o: { readonly privateKey: Uint8Array; readonly padding: RsaPadding; readonly sealed: Uint8Array },
): { key: LmkKey; adjusted: boolean } {
  const privateKey = openPrivateKey(context.lmk, o.privateKey, 'decrypt');
  const clear = rsaDecrypt({ privateKey, padding: o.padding, data: o.sealed });
  privateKey.fill(0);
  if (clear === undefined) return refuse('77');
  const algorithm = context.attributes?.algorithm === 'A' || clear.length === 32 ? 'A' : 'T';
  // A wrong length tells of the padding too: under OAEP it is the same failure.
  if (!(LENGTHS[algorithm] as readonly number[]).includes(clear.length)) {
    refuse(o.padding.name === 'oaep' ? '77' : '80');
  }
  const odd = algorithm === 'A' || hasOddParity(clear);
  const key = context.keys.opened(odd ? clear : adjustOddParity(clear), algorithm);
  return { key, adjusted: !odd };
}

/** A key under a public key; 76 where the modulus is too short. */
export function sealedForPublicKey(
  key: LmkKey,
  o: { readonly publicKey: RsaPublicNumbers; readonly padding: RsaPadding },
): Uint8Array {
  const { publicKey, padding } = o;
  return rsaEncrypt({ publicKey, padding, data: openKeyOf(key).bytes }) ?? refuse('76');
}
