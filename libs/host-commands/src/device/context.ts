/** What a command's logic sees: the device, the LMK that the message names, key attributes. */
import { adjustOddParity, isWeakDesKey, takeRandom } from '@pinfold/crypto';
import { LMK_SCHEMES, type LmkScheme, lmkKeyType } from '@pinfold/keyblock';
import { type ReplyCode, refuse } from '../refusal.js';
import type { Host } from './host.js';
import { KEY_ROLES, type KeyRole, type KeyRoleRow, rowOfType } from './key-roles.js';
import type { HostKeys, KeyAttributes, KeyNeed, OpenKey } from './keys.js';
import type { Lmk } from './lmk.js';
import { SECURITY_SETTINGS, type SettingName } from './settings.js';
import { openPinField, sealPinField } from './stored-pin.js';

const KEY_BYTES_OF_ALGORITHM: Readonly<Record<string, number>> = {
  D: 8,
  T1: 8,
  T2: 16,
  T3: 24,
  A1: 16,
  A2: 24,
  A3: 32,
};

export class Context {
  lmk: Lmk;
  /** Fields after `#`. */
  attributes: (KeyAttributes & { readonly length: number }) | undefined;

  constructor(readonly device: Host) {
    this.lmk = device.defaultLmk;
  }

  get keys(): HostKeys {
    return this.device.keys;
  }

  on(setting: SettingName): boolean {
    return this.device.settings.has(setting);
  }

  /** Ends the command where the setting is on. */
  unless(setting: SettingName): void {
    if (this.on(setting)) refuse(SECURITY_SETTINGS[setting].error, setting);
  }

  /** Ends the command unless the device is authorised (two officers, or the legacy start). */
  authorised(): void {
    if (!this.device.authorised) refuse('17', 'authorisation-needed');
  }

  key(token: string, role: KeyRole, parity: ReplyCode = '10', need: KeyNeed = 'any'): OpenKey {
    return this.keys.open(this.lmk, token, KEY_ROLES[role], { need, parity });
  }

  keyOfType(token: string, type: string, parity: ReplyCode = '10', need: KeyNeed = 'any'): OpenKey {
    return this.keys.open(this.lmk, token, this.row(type), { need, parity });
  }

  /** The row of a three-character key type; FFF (key blocks) is any. */
  row(type: string): KeyRoleRow {
    if (type === 'FFF') {
      if (this.lmk.kind === 'variant') refuse('04');
      return ANY_BLOCK;
    }
    const row = rowOfType(type);
    if (row !== undefined) return row;
    return lmkKeyType(type) === undefined ? refuse('04') : { type, name: type, usages: [] };
  }

  /** A new DES key of odd parity for a scheme, or of the attributes of a key block. */
  newKey(scheme: string): OpenKey {
    const { attributes } = this;
    const algorithm = attributes?.algorithm === 'A' ? 'A' : 'T';
    const length =
      scheme === 'S'
        ? (attributes?.length ?? 16)
        : (LMK_SCHEMES[scheme as LmkScheme]?.keyBytes ?? refuse('26'));
    for (;;) {
      const random = takeRandom(this.device.random, length);
      const bytes = algorithm === 'A' ? random : adjustOddParity(random);
      if (algorithm === 'T' && isWeakDesKey(bytes)) continue;
      return this.keys.opened(bytes, algorithm);
    }
  }

  sealKey(key: OpenKey, type: string, scheme: string): string {
    const attributes = this.attributes ?? key.attributes;
    return this.keys.seal(this.lmk, key.bytes, {
      row: this.row(type),
      scheme: scheme === '0' && this.lmk.kind === 'key-block' ? 'S' : scheme,
      attributes: { ...attributes, algorithm: key.algorithm },
    });
  }

  /** The enciphered PIN field; 24 and 81 for PINs that it cannot hold. */
  sealPin(pin: string, account: string): string {
    if (pin.length < 4 || pin.length > 12) refuse('24');
    const { pinLength } = this.device;
    const sealed = sealPinField(pin, { pinKey: this.lmk.pinKey, account, fieldLength: pinLength });
    return sealed ?? refuse('81');
  }

  openPin(sealed: string, account: string): string {
    const { pinLength } = this.device;
    const pin = openPinField(sealed, { pinKey: this.lmk.pinKey, account, fieldLength: pinLength });
    return pin ?? refuse('14');
  }
}

const ANY_BLOCK: KeyRoleRow = {
  type: 'FFF',
  name: 'any key in a key block',
  usages: [...new Set(Object.values<KeyRoleRow>(KEY_ROLES).flatMap(({ usages }) => usages))],
};

/** Reads the key attributes after `#`: usage, algorithm with length, mode, version, exportability. */
export function attributesOf(
  text: string,
): (KeyAttributes & { readonly length: number }) | ReplyCode {
  const usage = text.slice(0, 2);
  const algorithm = text.slice(2, 4);
  const length = KEY_BYTES_OF_ALGORITHM[algorithm] ?? KEY_BYTES_OF_ALGORITHM[algorithm[0] ?? ''];
  if (length === undefined) return 'A7';
  const keyVersion = text.slice(5, 7);
  if (!/^\d\d$/.test(keyVersion)) return 'A9';
  const exportability = text.slice(7, 8);
  if (!/^[ENS]$/.test(exportability)) return 'AA';
  if (text.slice(8) !== '00') return 'AB';
  const modeOfUse = text.slice(4, 5);
  return { usage, algorithm: algorithm[0]!, modeOfUse, keyVersion, exportability, length };
}
