/**
 * The two block ciphers of EMV keys and the checks that all of them share: double-length triple DES,
 * and AES of 16, 24 or 32 bytes. EMV 4.4 Book 2, B1.1 and B1.2. A key of sixteen bytes could be
 * either, so the caller says which; triple DES where nothing is said.
 */
import {
  AesKey,
  type BlockKey,
  cmac,
  DesKey,
  encryptEcb,
  InputError,
  isBytes,
  iso9797Mac,
} from '@pinfold/crypto';

interface CipherFacts {
  readonly blockBytes: 8 | 16;
  readonly keyBytes: readonly number[];
  readonly schedule: (key: Uint8Array) => BlockKey;
}

export const EMV_CIPHERS = {
  tdes: { blockBytes: 8, keyBytes: [16], schedule: (key) => DesKey.of(key) },
  aes: { blockBytes: 16, keyBytes: [16, 24, 32], schedule: (key) => AesKey.of(key) },
} as const satisfies Record<string, CipherFacts>;

export type EmvCipher = keyof typeof EMV_CIPHERS;

/** Bytes of a cryptogram and of the MAC of a script, whatever the cipher. */
export const MAC_BYTES = 8;

/** @throws InputError EMV_CIPHER unless the name is in the table */
export function cipherFacts(cipher: EmvCipher): CipherFacts {
  if (Object.hasOwn(EMV_CIPHERS, cipher)) return EMV_CIPHERS[cipher];
  throw new InputError('EMV_CIPHER', 'cipher is tdes or aes');
}

/** The schedule of a key; the caller wipes it. @throws InputError EMV_CIPHER, EMV_KEY */
export function schedule(
  key: Uint8Array,
  { cipher = 'tdes', name = 'key' }: { cipher?: EmvCipher; name?: string } = {},
): BlockKey {
  const facts = cipherFacts(cipher);
  if (!isBytes(key) || !facts.keyBytes.includes(key.length)) {
    throw new InputError('EMV_KEY', `${name} must be ${facts.keyBytes.join(', ')} bytes`);
  }
  return facts.schedule(key);
}

/** Blocks under a key that is not kept. @throws InputError EMV_CIPHER, EMV_KEY */
export function encipher(
  key: Uint8Array,
  blocks: Uint8Array,
  o: { cipher?: EmvCipher; name?: string } = {},
): Uint8Array {
  const ready = schedule(key, o);
  try {
    return encryptEcb(ready, blocks);
  } finally {
    ready.wipe();
  }
}

/**
 * The MAC of EMV, 8 bytes: ISO 9797-1 algorithm 3 (padding as said) under triple DES, the left half
 * of CMAC under AES. EMV 4.4 Book 2, A1.2.1 and A1.2.2.
 */
export function emvMac(
  key: Uint8Array,
  data: Uint8Array,
  { cipher = 'tdes', padding }: { cipher?: EmvCipher; padding: 0 | 1 | 2 },
): Uint8Array {
  if (cipherFacts(cipher) === EMV_CIPHERS.tdes) {
    return iso9797Mac({ algorithm: 3, padding, key, data });
  }
  const ready = schedule(key, { cipher });
  try {
    return cmac(ready, data).slice(0, MAC_BYTES);
  } finally {
    ready.wipe();
  }
}

/** @throws InputError `code` unless `value` is bytes of that length */
export function requireBytesOf(
  value: Uint8Array,
  { length, code, name }: { length: number; code: string; name: string },
): void {
  if (!isBytes(value) || value.length !== length) {
    throw new InputError(code, `${name} must be ${length} bytes`);
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
