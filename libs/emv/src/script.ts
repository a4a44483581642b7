/**
 * Issuer scripts: secure messaging for integrity and confidentiality, and PIN change.
 * EMV 4.3 Book 2, section 9; encipherment of command data as Visa, M/Chip and EMV CSK define it.
 */
import {
  concatBytes,
  DesKey,
  encryptCbc,
  encryptEcb,
  InputError,
  iso9797Mac,
  iso9797Pad,
} from '@pinfold/crypto';
import { encodePinBlock } from '@pinfold/pin';
import { desKey } from './tdes.js';

/**
 * `visa`: a length byte before the data, 80 and zeros when needed, ECB. `emv`: 80 always, CBC.
 * `mastercard`: 80 only when needed, CBC.
 */
export type ScriptEncryption = 'visa' | 'emv' | 'mastercard';

const BLOCK = 8;
const LARGEST_VISA_DATA = 255;

/** MAC of a script command: algorithm 3, padding 2, 8 bytes. @throws InputError KEY_LENGTH */
export function scriptMac(input: {
  /** Session key for integrity, 16 bytes. */
  key: Uint8Array;
  /** CLA INS P1 P2 Lc. */
  commandHeader: Uint8Array;
  /** ATC and application cryptogram. */
  macPrefix: Uint8Array;
  /** Command data, enciphered where it is. */
  commandData?: Uint8Array;
}): Uint8Array {
  const { key, commandHeader, macPrefix, commandData = new Uint8Array() } = input;
  const data = concatBytes(commandHeader, macPrefix, commandData);
  return iso9797Mac({ algorithm: 3, padding: 2, key, data });
}

/**
 * Enciphers command data under the session key for confidentiality.
 * @throws InputError EMV_KEY, EMV_SCRIPT_DATA, EMV_ENCRYPTION
 */
export function encryptScriptData(input: {
  key: Uint8Array;
  data: Uint8Array;
  encryption: ScriptEncryption;
}): Uint8Array {
  const schedule = desKey(input.key, 'key');
  try {
    return ENCRYPTIONS[methodOf(input.encryption)](schedule, input.data);
  } finally {
    schedule.wipe();
  }
}

const ENCRYPTIONS: Record<ScriptEncryption, (key: DesKey, data: Uint8Array) => Uint8Array> = {
  visa: (key, data) => {
    if (data.length > LARGEST_VISA_DATA) {
      throw new InputError('EMV_SCRIPT_DATA', `data must be at most ${LARGEST_VISA_DATA} bytes`);
    }
    return encryptEcb(key, padWhenNeeded(concatBytes(Uint8Array.of(data.length), data)));
  },
  emv: (key, data) => encryptCbc(key, new Uint8Array(BLOCK), iso9797Pad(data, 2)),
  mastercard: (key, data) => encryptCbc(key, new Uint8Array(BLOCK), padWhenNeeded(data)),
};

function methodOf(encryption: ScriptEncryption): ScriptEncryption {
  if (!Object.hasOwn(ENCRYPTIONS, encryption)) {
    throw new InputError('EMV_ENCRYPTION', 'encryption is visa, emv or mastercard');
  }
  return encryption;
}

const padWhenNeeded = (data: Uint8Array): Uint8Array =>
  data.length > 0 && data.length % BLOCK === 0 ? data : iso9797Pad(data, 2);

/** Digits of the PAN-like value that Visa's PIN-change blocks take from the card's master key. */
export interface VisaPinChange {
  /** ICC master key for application cryptograms, 16 bytes. */
  readonly masterKeyAc: Uint8Array;
  readonly newPin: string;
  /** Present where the change needs the current PIN (format 42). */
  readonly currentPin?: string;
}

/**
 * Visa's PIN-change block: the new PIN's field XORed with digits of the card's own key (and with the
 * current PIN where that is required), 8 bytes. Visa ICC Specification, as payShield codes 41 and 42.
 * @throws InputError EMV_KEY and those of `encodePinBlock`
 */
export function visaPinChangeBlock({ masterKeyAc, newPin, currentPin }: VisaPinChange): Uint8Array {
  desKey(masterKeyAc, 'masterKeyAc').wipe();
  const format = currentPin === undefined ? 'visa-new-pin' : 'visa-new-pin-old-pin';
  return encodePinBlock({ format, pin: newPin, cardKey: masterKeyAc, oldPin: currentPin });
}
