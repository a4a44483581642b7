/**
 * Tokens of the variant LMK scheme: a key under an LMK pair, schemes Z, X, Y, U and T.
 *
 *   token = scheme letter (none for Z) and hexadecimal digits: ECB, each part of 8 bytes on its own
 *   pair for a part = LMK pair, byte 0 XOR variant, byte 8 XOR the part's value (U, T)
 *
 * Nothing in a token is authenticated: that is the scheme's history, and what the attacks use.
 * Parity of the opened key is the caller's to check, as error codes 10 and 11 of the host commands
 * are.
 */
import {
  concatBytes,
  DesKey,
  decryptEcb,
  encryptEcb,
  fromHex,
  InputError,
  isBytes,
  ok,
  type Result,
  refused,
  toHex,
} from '@pinfold/crypto';
import {
  LMK_KEY_TYPES,
  LMK_PAIR_OF_CODE,
  LMK_SCHEMES,
  LMK_VARIANTS,
  type LmkScheme,
  type LmkSchemeRow,
} from './variant-lmk-tables.js';

/** Where a key type stands: its pair, its variant, its name if it has one. */
export interface LmkKeyType {
  pair: string;
  variant: number;
  name: string | undefined;
}

/**
 * Reads a key type code: variant digit and two characters for the pair. Undefined for a code that
 * names no pair.
 */
export function lmkKeyType(code: string): LmkKeyType | undefined {
  const match = typeof code === 'string' ? /^\d(0[0-9A-F])$/.exec(code) : null;
  const pair = match === null ? undefined : LMK_PAIR_OF_CODE[match[1]!];
  if (pair === undefined) return undefined;
  return { pair, variant: Number(code[0]), name: LMK_KEY_TYPES[code]?.name };
}

/** An LMK pair (16 bytes) under its variant (0 to 9). */
export function lmkVariant(pair: Uint8Array, variant: number): Uint8Array {
  const value = Number.isInteger(variant) ? LMK_VARIANTS[variant] : undefined;
  if (value === undefined) throw new InputError('VARIANT_INVALID', 'variant must be 0 to 9');
  if (!isBytes(pair) || pair.length !== 16) {
    throw new InputError('LMK_INVALID', 'an LMK pair must be 16 bytes');
  }
  const out = Uint8Array.from(pair);
  out[0]! ^= value;
  return out;
}

/** Which key enciphers: an LMK pair and the variant of the key's type. */
export interface LmkChoice {
  pair: Uint8Array;
  variant: number;
}

/**
 * The token of a key under an LMK pair.
 * @throws InputError SCHEME_UNKNOWN, KEY_LENGTH, VARIANT_INVALID, LMK_INVALID
 */
export function wrapUnderLmk(o: LmkChoice & { scheme: LmkScheme; key: Uint8Array }): string {
  if (!Object.hasOwn(LMK_SCHEMES, o.scheme)) {
    throw new InputError('SCHEME_UNKNOWN', 'scheme must be one of Z, X, Y, U and T');
  }
  const row: LmkSchemeRow = LMK_SCHEMES[o.scheme];
  if (!isBytes(o.key) || o.key.length !== row.keyBytes) {
    throw new InputError('KEY_LENGTH', `key of this scheme must be ${row.keyBytes} bytes`);
  }
  const body = toHex(eachPart(o, o.key, encryptEcb));
  return o.scheme === 'Z' ? body : o.scheme + body;
}

/**
 * The key of a token, and its scheme; `KEY_TOKEN_INVALID` for a token that is not well formed. No
 * other fault can be seen.
 */
export function unwrapLmkToken(
  o: LmkChoice & { token: string },
): Result<{ key: Uint8Array; scheme: LmkScheme }, 'KEY_TOKEN_INVALID'> {
  const match = typeof o.token === 'string' ? /^([XYUT]?)([0-9A-F]+)$/.exec(o.token) : null;
  const scheme = (match?.[1] || 'Z') as LmkScheme;
  const row: LmkSchemeRow = LMK_SCHEMES[scheme];
  if (match === null || match[2]!.length !== 2 * row.keyBytes) return refused('KEY_TOKEN_INVALID');
  return ok({ key: eachPart({ ...o, scheme }, fromHex(match[2]!), decryptEcb), scheme });
}

/**
 * The ciphers of a scheme's parts, for a caller that wraps many keys: part i of 8 bytes is enciphered by
 * the i-th one. The caller wipes them. @throws InputError SCHEME_UNKNOWN, VARIANT_INVALID, LMK_INVALID
 */
export function lmkPartKeys({
  pair,
  variant,
  scheme,
}: LmkChoice & { scheme: LmkScheme }): DesKey[] {
  if (!Object.hasOwn(LMK_SCHEMES, scheme)) {
    throw new InputError('SCHEME_UNKNOWN', 'scheme must be one of Z, X, Y, U and T');
  }
  const row: LmkSchemeRow = LMK_SCHEMES[scheme];
  const base = lmkVariant(pair, variant);
  const keys: DesKey[] = [];
  for (let i = 0; i < row.keyBytes / 8; i++) {
    const own = Uint8Array.from(base);
    own[8]! ^= row.xorByte8PerPart[i] ?? 0;
    keys.push(DesKey.owning(own));
  }
  base.fill(0);
  return keys;
}

/** Runs `cipher` over each 8-byte part under the pair for that part. */
function eachPart(
  { pair, variant, scheme }: LmkChoice & { scheme: LmkScheme },
  data: Uint8Array,
  cipher: (key: DesKey, part: Uint8Array) => Uint8Array,
): Uint8Array {
  const keys = lmkPartKeys({ pair, variant, scheme });
  const parts = keys.map((key, i) => cipher(key, data.subarray(8 * i, 8 * i + 8)));
  for (const key of keys) key.wipe();
  return concatBytes(...parts);
}
