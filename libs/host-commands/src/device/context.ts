/** What a command's logic sees: the device, the LMK that the message names, key attributes. */
import { adjustOddParity, isWeakDesKey, takeRandom } from '@pinfold/crypto';
import { LMK_SCHEMES, type LmkScheme, lmkKeyType } from '@pinfold/keyblock';
import { type ReplyCode, refuse } from '../refusal.js';
import type { Host } from './host.js';
import { KEY_ROLES, type KeyRole, type KeyRoleRow, rowOfType } from './key-roles.js';
import type { HostKeys, KeyNeed, OpenKey } from './keys.js';
import type { Lmk } from './lmk.js';
import { SECURITY_SETTINGS, type SettingName } from './settings.js';
import { openPinField, sealPinField } from './stored-pin.js';
import type { MadeAttributes, Tail } from './tail.js';

export class Context {
  constructor(
    readonly device: Host,
    readonly lmk: Lmk = device.defaultLmk,
    readonly tail: Tail = { trailer: '' },
  ) {}

  /** Header of the key block to be made under the LMK. */
  get attributes(): MadeAttributes | undefined {
    return this.tail.attributes;
  }

  /** Header fields of a private key's block. */
  get privateKeyHeader(): { keyVersion?: string; exportability?: string } {
    const { privateKeyVersion: keyVersion, exported } = this.tail;
    return { keyVersion, exportability: exported?.exportability };
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
    if (!this.device.authorised) this.unless('authorisation-needed');
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
    if (attributes !== undefined && attributes.length === undefined) refuse('A7');
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
