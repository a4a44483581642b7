/**
 * The hardened token: an authenticated block in hexadecimal. Everything that rules read is inside
 * the authentication.
 *
 *   0      format version, 01
 *   1      part: 1 key, 2 share, 3 data key
 *   2      key type, 3 usage (numbers of `KEY_TYPES` and `USAGES`)
 *   4-5    X9.143 key usage, 6 algorithm, 7 mode of use, 8 exportability (X9.143 letters)
 *   9      key length in bytes
 *   10-12  check value
 *   13     master-key version
 *   14     extension blocks (0 or 1), 15 zero
 *   16-31  share: ceremony (8), index, of, custodian digest (6); data key: context digest (16)
 *   then   the key, padded to whole blocks and enciphered; the tag, 16 bytes
 *
 * Each type is sealed under keys derived from its own master key. Opening takes about a microsecond.
 */
import { wipe } from '@pinfold/crypto';
import { KEY_TYPE_NAMES, KEY_TYPES, type KeyType } from '../keys/key-types.js';
import type { MasterKeySet } from '../keys/master-keys.js';
import {
  ALGORITHMS,
  type Algorithm,
  USAGES,
  type UsageName,
  usageById,
  usageCode,
} from '../keys/usages.js';
import type { Token } from '../terms.js';
import { PARTS, type Part, type ShareFacts, type TokenHeader } from './header.js';
import { decodeHex, encodeHex, hexByte } from './hex.js';
import type { TokenScheme, Unsealed } from './scheme.js';
import { BLOCK, Siv } from './siv.js';

const VERSION = 1;
const MAX_BYTES = 16 + 16 + 80 + 16;
const work = new Uint8Array(MAX_BYTES);
const words = new Int32Array(work.buffer);
const tag = new Int32Array(BLOCK >> 2);
const ALGORITHM_OF: readonly (Algorithm | undefined)[] = Array.from({ length: 256 }, (_, code) =>
  ALGORITHMS.find((letter) => letter.charCodeAt(0) === code),
);
const USAGE_OF: readonly (UsageName | undefined)[] = Array.from({ length: 256 }, (_, id) =>
  usageById(id),
);
const typeById: readonly (KeyType | undefined)[] = Array.from({ length: 256 }, (_, id) =>
  KEY_TYPE_NAMES.find((name) => KEY_TYPES[name].id === id),
);

export class HardenedTokens implements TokenScheme {
  readonly typed = true;
  readonly #siv: ReadonlyMap<KeyType, Siv>;
  /** By the number of the type. */
  readonly #sivOf: readonly (Siv | undefined)[];
  readonly #version: number;

  constructor(masterKeys: MasterKeySet) {
    this.#version = masterKeys.version;
    this.#siv = new Map(
      KEY_TYPE_NAMES.map((type) => [
        type,
        new Siv(masterKeys.exposeKey(KEY_TYPES[type].masterKey), `pinfold token ${type}`),
      ]),
    );
    this.#sivOf = typeById.map((type) => (type === undefined ? undefined : this.#siv.get(type)));
  }

  seal(key: Uint8Array, header: TokenHeader): Token {
    const at = writeHeader(header, key.length, this.#version);
    const end = at + Math.ceil(key.length / BLOCK) * BLOCK;
    work.fill(0, at, end);
    work.set(key, at);
    const siv = this.#siv.get(header.type)!;
    siv.tag(words, end, words, end);
    siv.crypt(words, at, end, words, end);
    const token = encodeHex(work, end + BLOCK);
    wipe(work);
    return token;
  }

  open(token: Token): Unsealed | undefined {
    const length = decodeHex(token, work);
    const facts = length > 0 ? readHeader(length, this.#version) : undefined;
    if (facts === undefined) return undefined;
    const end = length - BLOCK;
    const siv = this.#sivOf[work[2]!]!;
    siv.crypt(words, facts.keyAt, end, words, end);
    siv.tag(words, end, tag, 0);
    let difference = 0;
    for (let i = 0; i < BLOCK >> 2; i++) difference |= tag[i]! ^ words[(end >> 2) + i]!;
    const { lengthBytes } = facts.header;
    const typeBit = 1 << work[2]!;
    const usageBit = 1 << work[3]!;
    const bytes = difference === 0 ? copyOfWork(facts.keyAt, lengthBytes) : undefined;
    for (let i = 0; i < length >> 2; i++) words[i] = 0;
    return bytes === undefined ? undefined : { header: facts.header, typeBit, usageBit, bytes };
  }

  claimedUsage(token: Token): UsageName | undefined {
    return usageById(Number.parseInt(token.slice(6, 8), 16));
  }

  wipe(): void {
    for (const siv of this.#siv.values()) siv.wipe();
  }
}

/** Bytes of `work`, byte by byte: for so few of them that is quicker than `slice`. */
function copyOfWork(from: number, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  for (let i = 0; i < length; i++) copy[i] = work[from + i]!;
  return copy;
}

/** Writes header and extension to `work`; gives where the key begins. */
function writeHeader(header: TokenHeader, keyBytes: number, version: number): number {
  const extended = header.share !== undefined || header.context !== undefined;
  const facts = USAGES[header.usage];
  const code = usageCode(header.usage, header.algorithm);
  work.fill(0, 0, 2 * BLOCK);
  work[0] = VERSION;
  work[1] = PARTS.indexOf(header.part) + 1;
  work[2] = KEY_TYPES[header.type].id;
  work[3] = facts.id;
  work[4] = code.charCodeAt(0);
  work[5] = code.charCodeAt(1);
  work[6] = header.algorithm.charCodeAt(0);
  work[7] = facts.mode.charCodeAt(0);
  work[8] = header.exportability.charCodeAt(0);
  work[9] = keyBytes;
  for (let i = 0; i < 3; i++) {
    work[10 + i] = Number.parseInt(header.checkValue.slice(2 * i, 2 * i + 2), 16);
  }
  work[13] = version;
  work[14] = extended ? 1 : 0;
  if (header.share !== undefined) writeShare(header.share);
  else if (header.context !== undefined) decodeHexInto(header.context, BLOCK);
  return extended ? 2 * BLOCK : BLOCK;
}

function writeShare(share: ShareFacts): void {
  decodeHexInto(share.ceremony, BLOCK);
  work[24] = share.index;
  work[25] = share.of;
  decodeHexInto(share.custodian, 26);
}

function decodeHexInto(hex: string, at: number): void {
  for (let i = 0; i < hex.length / 2; i++) {
    work[at + i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  }
}

/** Header facts of the bytes in `work`; undefined where a member has no meaning. */
function readHeader(
  length: number,
  version: number,
): { header: TokenHeader; keyAt: number } | undefined {
  const part: Part | undefined = PARTS[work[1]! - 1];
  const type = typeById[work[2]!];
  const usage = USAGE_OF[work[3]!];
  const algorithm = ALGORITHM_OF[work[6]!];
  const lengthBytes = work[9]!;
  const keyAt = BLOCK * (1 + work[14]!);
  const wanted = keyAt + Math.ceil(lengthBytes / BLOCK) * BLOCK + BLOCK;
  if (
    work[0] !== VERSION ||
    part === undefined ||
    type === undefined ||
    usage === undefined ||
    algorithm === undefined ||
    work[13] !== version ||
    work[14]! > 1 ||
    wanted !== length
  ) {
    return undefined;
  }
  const header: TokenHeader = {
    typed: true,
    part,
    type,
    usage,
    algorithm,
    lengthBytes,
    exportability: work[8] === 0x45 ? 'E' : 'N',
    checkValue: hexByte(work[10]!) + hexByte(work[11]!) + hexByte(work[12]!),
    masterKeyVersion: version,
  };
  if (part === 'share') return { header: { ...header, share: readShare() }, keyAt };
  if (part === 'data') {
    const context = encodeHex(work.subarray(BLOCK, 2 * BLOCK), BLOCK);
    return { header: { ...header, context }, keyAt };
  }
  return { header, keyAt };
}

function readShare(): ShareFacts {
  return {
    ceremony: encodeHex(work.subarray(BLOCK, BLOCK + 8), 8),
    index: work[24]!,
    of: work[25]!,
    custodian: encodeHex(work.subarray(26, 32), 6),
  };
}
