/**
 * Data keys of envelope encryption: 32 random bytes, used outside the device, kept under it. The
 * token binds a digest of the encryption context (hardened mode), so that a data key opens only
 * where it belongs.
 */
import { createHash } from 'node:crypto';
import type { KeyEnv } from '../../declare/command.js';
import type { KeyTerm, Opened, Terms, Token } from '../../terms.js';
import { DATA_KEY } from '../fields.js';

export const DATA_KEY_BYTES = 32;

/** Sixteen bytes of SHA-256, hexadecimal, as the token's header holds them. */
export function contextDigest(context: string, counted = false): string {
  const text = counted ? `counted ${context}` : `context ${context}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 32).toUpperCase();
}

/** Refuses with TOKEN_INVALID: no data key, of another context, or used up. Takes a use of a counted one. */
export function openDataKey(
  t: Terms,
  { uses }: KeyEnv,
  { wrapped, context }: { wrapped: Token; context: string },
): Opened {
  const key = t.open(wrapped, DATA_KEY);
  if (key.header.lengthBytes !== DATA_KEY_BYTES) t.refuse('TOKEN_INVALID');
  const bound = key.header.context;
  if (bound === undefined || bound === contextDigest(context)) return key;
  const counted = bound === contextDigest(context, true);
  return counted && uses.take(wrapped) ? key : t.refuse('TOKEN_INVALID');
}

export function sealDataKey(t: Terms, key: KeyTerm, context: string, counted = false): Token {
  return t.seal(key, { usage: 'DEK', part: 'data', context: contextDigest(context, counted) });
}
