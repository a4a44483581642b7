/**
 * The legacy token: the key in ECB under the master key of its type, in hexadecimal. Nothing binds
 * type, usage or the halves of the key, which is what the attacks of the literature live on.
 *
 *   [usage ":"] 16, 32, 48 or 64 hexadecimal characters
 *
 * The label before the colon is a convenience for hosts (which of several types a slot may take);
 * nothing vouches for it, and a slot of one type does not look at it.
 */
import { DesKey, decryptEcb, encryptEcb, fromHex, toHex } from '@pinfold/crypto';
import { checkValueOf, desLetter } from '../keys/key-check.js';
import {
  KEY_TYPE_NAMES,
  KEY_TYPES,
  type KeyType,
  MASTER_KEYS,
  type MasterKeyName,
} from '../keys/key-types.js';
import type { MasterKeySet } from '../keys/master-keys.js';
import { masterKeyOf, USAGES, type UsageName, usagesOf } from '../keys/usages.js';
import type { Token } from '../terms.js';
import type { TokenHeader } from './header.js';
import type { TokenScheme, Unsealed } from './scheme.js';

const SHAPE = /^(?:([A-Z]{2,9}):)?((?:[0-9A-F]{16}){1,4})$/;
/** Only data keys are AES: thirty-two bytes under four blocks. */
const AES_BYTES = 32;

export class LegacyTokens implements TokenScheme {
  readonly typed = false;
  readonly #keys: Record<MasterKeyName, DesKey>;
  readonly #version: number;

  constructor(masterKeys: MasterKeySet) {
    this.#keys = Object.fromEntries(
      MASTER_KEYS.map((name) => [name, DesKey.of(masterKeys.exposeKey(name))]),
    ) as Record<MasterKeyName, DesKey>;
    this.#version = masterKeys.version;
  }

  seal(key: Uint8Array, header: TokenHeader): Token {
    return `${header.usage}:${toHex(encryptEcb(this.#keys[masterKeyOf(header.type)], key))}`;
  }

  open(token: Token, type: KeyType): Unsealed | undefined {
    const match = SHAPE.exec(token);
    if (match === null) return undefined;
    const bytes = decryptEcb(this.#keys[masterKeyOf(type)], fromHex(match[2]!));
    const algorithm = bytes.length === AES_BYTES ? 'A' : desLetter(bytes.length);
    const label = match[1] as UsageName | undefined;
    const usage = label !== undefined && USAGES[label]?.type === type ? label : usagesOf(type)[0]!;
    const header: TokenHeader = {
      typed: false,
      part: 'key',
      type,
      usage,
      algorithm,
      lengthBytes: bytes.length,
      exportability: 'E',
      checkValue: checkValueOf(bytes, algorithm),
      masterKeyVersion: this.#version,
    };
    const typeBit = 1 << KEY_TYPES[type].id;
    return { header, typeBit, usageBit: 1 << USAGES[usage].id, bytes };
  }

  claimedUsage(token: Token): UsageName | undefined {
    const label = SHAPE.exec(token)?.[1] as UsageName | undefined;
    return label !== undefined && Object.hasOwn(USAGES, label) ? label : undefined;
  }

  wipe(): void {
    for (const name of MASTER_KEYS) this.#keys[name].wipe();
  }
}

/** The type that an untyped token is taken for: the slot's, or the label's where the slot has several. */
export function takenFor(types: readonly KeyType[], claimed: UsageName | undefined): KeyType {
  const wanted = claimed === undefined ? undefined : USAGES[claimed].type;
  return types.length > 1 && wanted !== undefined && types.includes(wanted) ? wanted : types[0]!;
}

/** All types, for slots that take any key. */
export const ANY_TYPE = KEY_TYPE_NAMES;
