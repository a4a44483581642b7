/** What the commands of issuer scripts share. EMV 4.4 Book 2, section 9. */
import { concatBytes } from '@pinfold/crypto';
import { bytes, choice, token } from '../../declare/field.js';
import { INTEGRITY_KEY, SCRIPT_SESSIONS } from './card-keys.js';

export const MAX_SCRIPT_DATA = 240;
export const session = () => choice('session key derivation; under AES common', SCRIPT_SESSIONS);
export const cryptogram = () => bytes('application cryptogram of the transaction', { length: 8 });
export const commandHeader = () => bytes('CLA INS P1 P2 Lc', { length: 5 });
export const integrityKey = () => token('IMKSMI', INTEGRITY_KEY);
export const encryption = () =>
  choice('how command data are padded and enciphered; visa: triple DES alone', [
    'visa',
    'emv',
    'mastercard',
  ]);
export const scriptMacField = () => bytes('MAC of the command', { length: 8 });

/** Counter and cryptogram, which tie the command to its transaction. */
export function macPrefix(input: { atc: Uint8Array; cryptogram: Uint8Array }): Uint8Array {
  return concatBytes(input.atc, input.cryptogram);
}
