/**
 * RSA keys under an LMK. A private key (PKCS#1 DER) is
 *
 *   under a key-block LMK: `S` and a key block, usage 03, algorithm R, mode of use S, D or N;
 *   under the variant LMK: E(length (2) | key | zeros) | MAC (8), where E is triple DES in CBC mode under
 *   pair 34-35 with a zero vector and the MAC is CMAC under variant 1 of that pair: a format of its own,
 *   since that of a real device is not public. The mode of use stands before the key as one byte.
 *
 * A public key (DER) is under a key-block LMK `S` and a key block of usage 02, as payShields have it; what
 * is in the block is its own affair. Under the variant LMK it has a MAC: ISO 9797-1 algorithm 3 with zeros
 * under pair 36-37 over the DER and the authentication data, left four bytes, confirmed by the examples of
 * the HSM 8000 manuals (EQ, EU).
 */
import {
  cmac,
  concatBytes,
  DesKey,
  decryptCbc,
  encryptCbc,
  equalConstantTime,
  iso9797Mac,
  type RandomBytes,
  wipe,
} from '@pinfold/crypto';
import { lmkVariant, unwrapKeyBlock, wrapKeyBlock } from '@pinfold/keyblock';
import type { KeyBlockLmk, Lmk, VariantLmk } from './lmk.js';
import { type ReplyCode, refuse } from './refusal.js';
import { bytesOfWire, wireOfBytes } from './wire-text.js';

/** What a private key may do: key type 0, 1 and 2 of EI. */
export const RSA_MODES = { sign: 'S', decrypt: 'D', both: 'N' } as const;
export type RsaUse = 'sign' | 'decrypt';

/** payShield key usage of RSA private keys, and those of X9.143 that blocks may come with. */
const PRIVATE_USAGES = ['03', 'S0', 'D1', 'K3', 'S2'];
const PUBLIC_MAC_BYTES = 4;
const TOKEN_MAC_BYTES = 8;
/** payShield key usage of RSA public keys. */
const PUBLIC_USAGE = '02';

interface BlockKind {
  readonly usages: readonly string[];
  /** For what is no key block of this LMK. */
  readonly malformed: ReplyCode;
}

const PRIVATE: BlockKind = { usages: PRIVATE_USAGES, malformed: '49' };
const PUBLIC: BlockKind = { usages: [PUBLIC_USAGE], malformed: '83' };

export interface PrivateKeyHeader {
  readonly modeOfUse: string;
  readonly keyVersion?: string;
  readonly exportability?: string;
}

export function sealPrivateKey(
  lmk: Lmk,
  der: Uint8Array,
  o: PrivateKeyHeader & { random: RandomBytes },
): Uint8Array {
  if (lmk.kind === 'variant') return sealUnderPair(lmk.pairs, o.modeOfUse, der);
  const { modeOfUse, keyVersion = '00', exportability = 'N', random } = o;
  const header = {
    version: lmk.version,
    usage: PRIVATE_USAGES[0]!,
    algorithm: 'R',
    modeOfUse,
    keyVersion,
    exportability,
    reserved: lmk.id,
  };
  return bytesOfWire(`S${wrapKeyBlock({ kbpk: lmk.keys, header, key: der, random })}`);
}

/** The private key of a token, allowed for this use; code 49 where it is none under the LMK. */
export function openPrivateKey(lmk: Lmk, token: Uint8Array, use: RsaUse): Uint8Array {
  const { modeOfUse, der } =
    lmk.kind === 'variant' ? openUnderPair(lmk.pairs, token) : openBlock(lmk, token, PRIVATE);
  if (modeOfUse !== RSA_MODES[use] && modeOfUse !== RSA_MODES.both) {
    wipe(der);
    refuse(lmk.kind === 'variant' ? '29' : 'A8');
  }
  return der;
}

interface Opened {
  readonly modeOfUse: string;
  readonly der: Uint8Array;
}

function openBlock(lmk: KeyBlockLmk, token: Uint8Array, kind: BlockKind): Opened {
  const text = wireOfBytes(token);
  if (!text.startsWith('S')) refuse('A1');
  const opened = unwrapKeyBlock({ kbpk: lmk.keys, block: text.slice(1) });
  if (!opened.ok) return refuse(opened.detail === 'MAC_WRONG' ? 'A4' : kind.malformed);
  const { header, key } = opened.value;
  if (header.reserved !== lmk.id && header.reserved !== 'FF') refuse('A3');
  if (header.algorithm !== 'R') refuse('A7');
  if (!kind.usages.includes(header.usage)) refuse('A6');
  return { modeOfUse: header.modeOfUse, der: key };
}

type Pairs = Readonly<Record<string, Uint8Array>>;

function sealUnderPair(pairs: Pairs, modeOfUse: string, der: Uint8Array): Uint8Array {
  const head = [modeOfUse.charCodeAt(0), der.length >> 8, der.length & 0xff];
  const clear = new Uint8Array(Math.ceil((head.length + der.length) / 8) * 8);
  clear.set(head);
  clear.set(der, head.length);
  const key = DesKey.of(pairs['34-35']!);
  const body = encryptCbc(key, new Uint8Array(8), clear);
  wipe(clear);
  key.wipe();
  return concatBytes(body, tokenMac(pairs, body));
}

function openUnderPair(pairs: Pairs, token: Uint8Array): Opened {
  const size = token.length - TOKEN_MAC_BYTES;
  if (size < 8 || size % 8 !== 0) refuse('78');
  const body = token.subarray(0, size);
  if (!equalConstantTime(tokenMac(pairs, body), token.subarray(size))) refuse('49');
  const key = DesKey.of(pairs['34-35']!);
  const clear = decryptCbc(key, new Uint8Array(8), body);
  key.wipe();
  const length = (clear[1]! << 8) | clear[2]!;
  const der = clear.slice(3, 3 + length);
  const modeOfUse = String.fromCharCode(clear[0]!);
  wipe(clear);
  return { modeOfUse, der };
}

function tokenMac(pairs: Pairs, body: Uint8Array): Uint8Array {
  const key = DesKey.of(lmkVariant(pairs['34-35']!, 1));
  const mac = cmac(key, body);
  key.wipe();
  return mac.slice(0, TOKEN_MAC_BYTES);
}

/** Four bytes over a public key (DER) and its authentication data. */
export function publicKeyMac(
  { pairs }: VariantLmk,
  der: Uint8Array,
  authentication: Uint8Array,
): Uint8Array {
  const key = DesKey.of(pairs['36-37']!);
  const data = concatBytes(der, authentication);
  const mac = iso9797Mac({ algorithm: 3, padding: 1, key, data });
  key.wipe();
  return mac.slice(0, PUBLIC_MAC_BYTES);
}

export interface PublicKeyHeader {
  /** V to verify signatures, E to encipher keys, N for both. */
  readonly modeOfUse: string;
  readonly keyVersion: string;
  readonly exportability: string;
}

export function sealPublicKey(
  lmk: KeyBlockLmk,
  der: Uint8Array,
  { random, ...stated }: PublicKeyHeader & { random: RandomBytes },
): Uint8Array {
  const header = {
    ...stated,
    version: lmk.version,
    usage: PUBLIC_USAGE,
    algorithm: 'R',
    reserved: lmk.id,
  };
  return bytesOfWire(`S${wrapKeyBlock({ kbpk: lmk.keys, header, key: der, random })}`);
}

/** The DER of a public key's block, allowed for the use. */
export function openPublicKey(lmk: KeyBlockLmk, token: Uint8Array, use?: 'V' | 'E'): Uint8Array {
  const { modeOfUse, der } = openBlock(lmk, token, PUBLIC);
  if (use !== undefined && modeOfUse !== use && modeOfUse !== 'N') refuse('A8');
  return der;
}
