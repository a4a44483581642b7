/**
 * Issuer scripts: secure messaging for integrity and confidentiality, and PIN change, under triple DES
 * and AES. EMV 4.4 Book 2, section 9 and A1.1; encipherment of command data as Visa, M/Chip and EMV
 * CSK define it.
 */
import {
  type BlockKey,
  concatBytes,
  encryptCbc,
  encryptEcb,
  InputError,
  iso9797Pad,
} from '@pinfold/crypto';
import { encodePinBlock } from '@pinfold/pin';
import { type EmvCipher, emvMac, schedule } from './cipher.js';

/**
 * `visa`: a length byte before the data, 80 and zeros when needed, ECB; triple DES alone. `emv`: 80
 * always, CBC. `mastercard`: 80 only when needed, CBC.
 */
export type ScriptEncryption = 'visa' | 'emv' | 'mastercard';

const LARGEST_VISA_DATA = 255;

/**
 * MAC of a script command, 8 bytes: algorithm 3 with padding 2, or CMAC under AES.
 * @throws InputError EMV_CIPHER, EMV_KEY, KEY_LENGTH
 */
export function scriptMac(input: {
  /** Session key for integrity. */
  key: Uint8Array;
  cipher?: EmvCipher;
  /** CLA INS P1 P2 Lc. */
  commandHeader: Uint8Array;
  /** ATC and application cryptogram. */
  macPrefix: Uint8Array;
  /** Command data, enciphered where it is. */
  commandData?: Uint8Array;
}): Uint8Array {
  const { key, cipher, commandHeader, macPrefix, commandData = new Uint8Array() } = input;
  const data = concatBytes(commandHeader, macPrefix, commandData);
  return emvMac(key, data, { cipher, padding: 2 });
}

/**
 * Enciphers command data under the session key for confidentiality.
 * @throws InputError EMV_CIPHER, EMV_KEY, EMV_SCRIPT_DATA, EMV_ENCRYPTION (unknown, or not one of AES)
 */
export function encryptScriptData(input: {
  key: Uint8Array;
  cipher?: EmvCipher;
  data: Uint8Array;
  encryption: ScriptEncryption;
}): Uint8Array {
  const key = schedule(input.key, { cipher: input.cipher });
  try {
    return ENCRYPTIONS[methodOf(input.encryption)](key, input.data);
  } finally {
    key.wipe();
  }
}

const ENCRYPTIONS: Record<ScriptEncryption, (key: BlockKey, data: Uint8Array) => Uint8Array> = {
  visa: (key, data) => {
    if (key.blockBytes !== 8) {
      throw new InputError('EMV_ENCRYPTION', 'encryption under AES is emv or mastercard');
    }
    if (data.length > LARGEST_VISA_DATA) {
      throw new InputError('EMV_SCRIPT_DATA', `data must be at most ${LARGEST_VISA_DATA} bytes`);
    }
    return encryptEcb(key, padWhenNeeded(key, concatBytes(Uint8Array.of(data.length), data)));
  },
  emv: (key, data) => chained(key, padAlways(key, data)),
  mastercard: (key, data) => chained(key, padWhenNeeded(key, data)),
};

function chained(key: BlockKey, data: Uint8Array): Uint8Array {
  return encryptCbc(key, new Uint8Array(key.blockBytes), data);
}

function methodOf(encryption: ScriptEncryption): ScriptEncryption {
  if (!Object.hasOwn(ENCRYPTIONS, encryption)) {
    throw new InputError('EMV_ENCRYPTION', 'encryption is visa, emv or mastercard');
  }
  return encryption;
}

function padWhenNeeded(key: BlockKey, data: Uint8Array): Uint8Array {
  return data.length > 0 && data.length % key.blockBytes === 0 ? data : padAlways(key, data);
}

/** ISO/IEC 9797-1 padding 2, which is that of ISO/IEC 7816-4, to blocks of the cipher. */
function padAlways(key: BlockKey, data: Uint8Array): Uint8Array {
  const padded = iso9797Pad(data, 2);
  return padded.length % key.blockBytes === 0 ? padded : concatBytes(padded, new Uint8Array(8));
}

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
  schedule(masterKeyAc, { name: 'masterKeyAc' }).wipe();
  const format = currentPin === undefined ? 'visa-new-pin' : 'visa-new-pin-old-pin';
  return encodePinBlock({ format, pin: newPin, cardKey: masterKeyAc, oldPin: currentPin });
}
