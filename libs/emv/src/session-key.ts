/**
 * Session keys from an ICC master key. EMV 4.4 Book 2, annex A1.3 (common session key derivation, under
 * triple DES and AES) and, from earlier releases, the EMV2000 tree; Mastercard M/Chip SKD; Visa's
 * secure messaging keys. The latter three are methods of triple DES alone.
 */
import {
  adjustOddParity,
  concatBytes,
  InputError,
  isBytes,
  requireInteger,
  xorBytes,
} from '@pinfold/crypto';
import { cipherFacts, type EmvCipher, encipher, requireBytesOf, schedule } from './cipher.js';

const KEY_BYTES = 16;

export type SessionKeyMethod =
  | { readonly method: 'none' }
  /** Diversifier of one block, see `sessionDiversifier`. */
  | { readonly method: 'common'; readonly diversifier: Uint8Array }
  /** M/Chip: ATC (2 bytes), two zero bytes, unpredictable number (4 bytes). */
  | { readonly method: 'mastercard'; readonly atc: Uint8Array; readonly un: Uint8Array }
  /** Visa secure messaging: the master key with the ATC (2 bytes) XORed into both halves. */
  | { readonly method: 'visa-sm'; readonly atc: Uint8Array }
  | ({ readonly method: 'emv2000-tree' } & TreeParameters);

interface TreeParameters {
  readonly atc: Uint8Array;
  /** Levels of the tree, 1 to 16. */
  readonly height: number;
  /** Branch factor, 2 to 16. */
  readonly branch: number;
  /** 16 bytes. */
  readonly iv: Uint8Array;
}

/**
 * What the common derivation diversifies by: the counter (2 bytes) for cryptograms, the application
 * cryptogram (8 bytes) for secure messaging, zeros after it up to a block of the cipher.
 * @throws InputError EMV_CIPHER, EMV_DIVERSIFIER
 */
export function sessionDiversifier(value: Uint8Array, cipher: EmvCipher = 'tdes'): Uint8Array {
  const { blockBytes } = cipherFacts(cipher);
  if (!isBytes(value) || (value.length !== 2 && value.length !== 8)) {
    throw new InputError('EMV_DIVERSIFIER', 'a counter of 2 bytes or a cryptogram of 8');
  }
  return concatBytes(value, new Uint8Array(blockBytes - value.length));
}

/**
 * Session key: double length with odd parity, or as long as the AES master key (`none` gives the
 * master key itself).
 * @throws InputError EMV_CIPHER, EMV_KEY, EMV_DIVERSIFIER, EMV_ATC, EMV_UN, EMV_TREE,
 * EMV_SESSION_METHOD (not a method, or not one of this cipher)
 */
export function sessionKey(
  masterKey: Uint8Array,
  how: SessionKeyMethod,
  cipher: EmvCipher = 'tdes',
): Uint8Array {
  if (cipherFacts(cipher).blockBytes === 16) return aesSessionKey(masterKey, how);
  switch (how.method) {
    case 'none':
      requireBytesOf(masterKey, { length: KEY_BYTES, code: 'EMV_KEY', name: 'master key' });
      return masterKey.slice();
    case 'common':
      return common(masterKey, how.diversifier);
    case 'mastercard': {
      requireBytesOf(how.atc, { length: 2, code: 'EMV_ATC', name: 'atc' });
      requireBytesOf(how.un, { length: 4, code: 'EMV_UN', name: 'un' });
      return common(masterKey, concatBytes(how.atc, new Uint8Array(2), how.un));
    }
    case 'visa-sm':
      return visaSecureMessaging(masterKey, how.atc);
    case 'emv2000-tree':
      return emv2000Tree(masterKey, how);
    default:
      throw new InputError('EMV_SESSION_METHOD', 'unknown session key method');
  }
}

/** The third byte of the diversifier becomes F0 for the left half and 0F for the right. */
function common(masterKey: Uint8Array, diversifier: Uint8Array): Uint8Array {
  requireBytesOf(diversifier, { length: 8, code: 'EMV_DIVERSIFIER', name: 'diversifier' });
  return adjustOddParity(encipher(masterKey, markedHalves(diversifier), { name: 'master key' }));
}

function markedHalves(diversifier: Uint8Array): Uint8Array {
  const halves = concatBytes(diversifier, diversifier);
  halves[2] = 0xf0;
  halves[diversifier.length + 2] = 0x0f;
  return halves;
}

/** A key of one block takes the diversifier as it is; of a longer one, the marked halves are cut. */
function aesSessionKey(masterKey: Uint8Array, how: SessionKeyMethod): Uint8Array {
  schedule(masterKey, { cipher: 'aes', name: 'master key' }).wipe();
  if (how.method === 'none') return masterKey.slice();
  if (how.method !== 'common') {
    throw new InputError('EMV_SESSION_METHOD', 'AES session keys: none or common');
  }
  const { diversifier } = how;
  requireBytesOf(diversifier, { length: 16, code: 'EMV_DIVERSIFIER', name: 'diversifier' });
  const blocks = masterKey.length === 16 ? diversifier : markedHalves(diversifier);
  return encipher(masterKey, blocks, { cipher: 'aes' }).slice(0, masterKey.length);
}

function visaSecureMessaging(masterKey: Uint8Array, atc: Uint8Array): Uint8Array {
  requireBytesOf(masterKey, { length: KEY_BYTES, code: 'EMV_KEY', name: 'master key' });
  requireBytesOf(atc, { length: 2, code: 'EMV_ATC', name: 'atc' });
  const key = masterKey.slice();
  for (const i of [0, 1]) {
    key[6 + i]! ^= atc[i]!;
    key[14 + i]! ^= atc[i]! ^ 0xff;
  }
  return adjustOddParity(key);
}

/**
 * EMV2000, Book 2 annex A1.3.1: a tree of height `h` and branch factor `b`; the ATC in base `b` is the
 * way from the root to a leaf, and the leaf is combined with its grandparent.
 */
function emv2000Tree(
  masterKey: Uint8Array,
  { atc, height, branch, iv }: TreeParameters,
): Uint8Array {
  requireBytesOf(masterKey, { length: KEY_BYTES, code: 'EMV_KEY', name: 'master key' });
  requireBytesOf(atc, { length: 2, code: 'EMV_ATC', name: 'atc' });
  requireBytesOf(iv, { length: 16, code: 'EMV_TREE', name: 'iv' });
  requireInteger(height, { min: 1, max: 16, code: 'EMV_TREE', name: 'height' });
  requireInteger(branch, { min: 2, max: 16, code: 'EMV_TREE', name: 'branch' });
  const counter = (atc[0]! << 8) | atc[1]!;
  const digit = (level: number): number =>
    Math.floor(counter / branch ** (height - level)) % branch;

  let grandparent: Uint8Array = iv;
  let parent = masterKey;
  for (let level = 1; level < height; level += 1) {
    const child = derive(parent, grandparent, digit(level));
    grandparent = parent;
    parent = child;
  }
  const leaf = derive(parent, grandparent, digit(height));
  return adjustOddParity(xorBytes(leaf, grandparent));
}

/** The next key down: each half of `y` marked with the branch digit, enciphered under `x`. */
function derive(x: Uint8Array, y: Uint8Array, j: number): Uint8Array {
  const left = y.slice(0, 8);
  const right = y.slice(8);
  left[7]! ^= j;
  right[7]! ^= j ^ 0xf0;
  return encipher(x, concatBytes(left, right));
}
