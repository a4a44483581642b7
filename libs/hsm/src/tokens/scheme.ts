/**
 * How a key becomes a token and back: the first of the two differences between the modes.
 * `open` gives undefined for anything that is not a token of this device for that type.
 */
import type { KeyType } from '../keys/key-types.js';
import type { UsageName } from '../keys/usages.js';
import type { Token } from '../terms.js';
import type { TokenHeader } from './header.js';

export interface Unsealed {
  readonly header: TokenHeader;
  /** 1 shifted by the number of the header's type and usage. */
  readonly typeBit: number;
  readonly usageBit: number;
  /** The caller owns the bytes. */
  readonly bytes: Uint8Array;
}

export interface TokenScheme {
  /** Whether a token says what it is; if not, the slot's type decides. */
  readonly typed: boolean;
  seal(key: Uint8Array, header: TokenHeader): Token;
  /** `type` is what an untyped token is taken for. */
  open(token: Token, type: KeyType): Unsealed | undefined;
  /** What the token claims to be, unverified: an untyped scheme's only hint. */
  claimedUsage(token: Token): UsageName | undefined;
  wipe(): void;
}
