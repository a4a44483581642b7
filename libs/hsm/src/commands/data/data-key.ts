/**
 * Data keys of envelope encryption: 32 random bytes, used outside the device, kept under it. The
 * token binds a digest of the encryption context (hardened mode), so that a data key opens only
 * where it belongs.
 */
import { createHash } from 'node:crypto';
import type { Core } from '../../core.js';
import type { ClearKey } from '../../keys/clear-key.js';
import { readySlot } from '../../keys/key-store.js';
import { DATA_KEY } from '../fields.js';

export const DATA_KEY_BYTES = 32;
const SLOT = readySlot(DATA_KEY);

/** Sixteen bytes of SHA-256, hexadecimal, as the token's header holds them. */
export function contextDigest(context: string, counted = false): string {
  const text = counted ? `counted ${context}` : `context ${context}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 32).toUpperCase();
}

/** The data key, or undefined: no such token, of another context, or used up. Takes a use of a counted key. */
export function openDataKey(core: Core, wrapped: string, context: string): ClearKey | undefined {
  const key = core.keys.open(wrapped, SLOT);
  if (key === undefined || key.header.lengthBytes !== DATA_KEY_BYTES) return undefined;
  const bound = key.header.context;
  if (bound === undefined || bound === contextDigest(context)) return key;
  return bound === contextDigest(context, true) && core.uses.take(wrapped) ? key : undefined;
}

export function sealDataKey(
  core: Core,
  bytes: Uint8Array,
  context: string,
  counted = false,
): string {
  const as = { usage: 'DEK', part: 'data', context: contextDigest(context, counted) } as const;
  return core.keys.seal(bytes, 'A', as).token;
}
