/** The double-length triple DES that EMV keys are made of, and the one check that all of them share. */
import { DesKey, encryptEcb, InputError } from '@pinfold/crypto';

export const KEY_BYTES = 16;

/** @throws InputError EMV_KEY unless `key` is 16 bytes */
export function desKey(key: Uint8Array, name: string): DesKey {
  if (key.length !== KEY_BYTES) {
    throw new InputError('EMV_KEY', `${name} must be a double-length key of ${KEY_BYTES} bytes`);
  }
  return DesKey.of(key);
}

/** One block under a key that is not kept. */
export function encipherBlock(key: Uint8Array, block: Uint8Array, name = 'key'): Uint8Array {
  const schedule = desKey(key, name);
  try {
    return encryptEcb(schedule, block);
  } finally {
    schedule.wipe();
  }
}

/** @throws InputError EMV_PAN unless 12 to 19 digits */
export function requirePan(pan: string): void {
  if (typeof pan !== 'string' || !/^\d{12,19}$/.test(pan)) {
    throw new InputError('EMV_PAN', 'pan must be 12 to 19 digits');
  }
}

/** @throws InputError EMV_PSN unless two digits */
export function requirePsn(psn: string): void {
  if (typeof psn !== 'string' || !/^\d{2}$/.test(psn)) {
    throw new InputError('EMV_PSN', 'psn must be two digits');
  }
}
