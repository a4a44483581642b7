/**
 * How a key leaves the device under another key, and comes back: ANSI X9.143 key blocks (version B
 * under triple DES, D under AES) where rule M8 is in force, ECB cryptograms in hexadecimal where it
 * is not, as the VSM and its contemporaries had them.
 */

import type { RandomBytes } from '@pinfold/crypto';
import {
  adjustOddParity,
  decryptEcb,
  encryptEcb,
  fromHex,
  InputError,
  toHex,
} from '@pinfold/crypto';
import { unwrapKeyBlock, wrapKeyBlock } from '@pinfold/keyblock';
import type { ClearKey } from '../keys/clear-key.js';
import { desLetter } from '../keys/key-check.js';
import { type Algorithm, USAGES, type UsageName, usageCode } from '../keys/usages.js';
import type { Policy } from '../policy/policy.js';
import type { SealAs } from './header.js';

const CRYPTOGRAM = /^(?:[0-9A-F]{16}){1,4}$/;
const AES_DATA_KEY_BYTES = 32;
/** Longest key that a token takes, by algorithm. */
const MOST_KEY_BYTES: Readonly<Record<Algorithm, number>> = { T: 24, D: 8, A: 32, H: 64 };

export interface Carried {
  readonly bytes: Uint8Array;
  readonly algorithm: Algorithm;
  readonly exportability: 'E' | 'N';
}

export function wrapForTransport(
  { policy, random }: { policy: Policy; random: RandomBytes },
  {
    under,
    key,
    usage,
    block,
    header,
  }: { under: ClearKey; key: Carried } & Pick<SealAs, 'usage' | 'block' | 'header'>,
): string {
  if (block === undefined && !policy.on['M8.key-blocks'])
    return toHex(encryptEcb(cipherOf(under), key.bytes));
  return wrapKeyBlock({
    kbpk: under.exposeBytes(),
    header: {
      version: under.header.algorithm === 'A' ? 'D' : 'B',
      usage: usageCode(usage, key.algorithm),
      algorithm: key.algorithm,
      modeOfUse: USAGES[usage].mode,
      exportability: key.exportability,
      ...header,
      ...block,
    },
    key: key.bytes,
    random,
  });
}

/** The key, or undefined: whatever is wrong, the caller learns nothing more. */
export function unwrapFromTransport(
  policy: Policy,
  { under, text, usage }: { under: ClearKey; text: string; usage: UsageName },
): Carried | undefined {
  if (CRYPTOGRAM.test(text)) {
    if (policy.on['M8.key-blocks']) return undefined;
    const cryptogram = fromHex(text);
    if (cryptogram.length % cipherOf(under).blockBytes !== 0) return undefined;
    return carriedInClear(decryptEcb(cipherOf(under), cryptogram));
  }
  const opened = unwrapKeyBlock({ kbpk: under.exposeBytes(), block: text });
  if (!opened.ok) return undefined;
  const { header, key } = opened.value;
  const { algorithm } = header;
  if (!isOurs(algorithm)) return undefined;
  if (policy.on['M9.one-usage'] && header.usage !== usageCode(usage, algorithm)) return undefined;
  if (key.length > MOST_KEY_BYTES[algorithm]) return undefined;
  return {
    bytes: key,
    algorithm: algorithm === 'T' || algorithm === 'D' ? desLetter(key.length) : algorithm,
    exportability: header.exportability === 'N' ? 'N' : 'E',
  };
}

function isOurs(letter: string): letter is Algorithm {
  return Object.hasOwn(MOST_KEY_BYTES, letter);
}

function carriedInClear(clear: Uint8Array): Carried {
  if (clear.length === AES_DATA_KEY_BYTES) {
    return { bytes: clear, algorithm: 'A', exportability: 'E' };
  }
  const bytes = adjustOddParity(clear);
  return { bytes, algorithm: desLetter(clear.length), exportability: 'E' };
}

function cipherOf(key: ClearKey) {
  const cipher = key.aes ?? key.des;
  if (cipher === undefined) throw new InputError('KEY_CIPHER', 'key must be one of a block cipher');
  return cipher;
}
