/** Data under a DUKPT session key: CBC over whole blocks; padding is the caller's. */
import { AesKey, DesKey, decryptCbc, encryptCbc, wipe } from '@pinfold/crypto';
import { bytes, optional } from '../../declare/field.js';
import { done, type Outcome, refusal } from '../../outcome.js';
import type { SessionKey } from './session-keys.js';

export const MAX_DUKPT_DATA_BYTES = 32_768;
export const dukptData = (doc: string) =>
  bytes(doc, { min: 8, max: MAX_DUKPT_DATA_BYTES, step: 8 });
export const iv = () =>
  optional(
    bytes('initialisation vector; zeros where nothing is said', { min: 8, max: 16, step: 8 }),
  );

/** One direction of CBC. Refuses INPUT_INVALID: not whole blocks of the key's cipher. Wipes the key. */
export function dukptCbc(
  { bytes: clear, algorithm }: SessionKey,
  direction: 'encrypt' | 'decrypt',
  { data, iv: given }: { data: Uint8Array; iv?: Uint8Array },
): Outcome<Uint8Array> {
  if (algorithm === 'H') {
    wipe(clear);
    return refusal('KEY_TYPE_REFUSED');
  }
  const key = algorithm === 'A' ? AesKey.of(clear) : DesKey.of(clear);
  wipe(clear);
  const vector = given ?? new Uint8Array(key.blockBytes);
  const whole = vector.length === key.blockBytes && data.length % key.blockBytes === 0;
  const out = whole && (direction === 'encrypt' ? encryptCbc : decryptCbc)(key, vector, data);
  key.wipe();
  return out === false ? refusal('INPUT_INVALID') : done(out);
}
