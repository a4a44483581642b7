/** What the operations of one message work with: the device, the LMK that it names, key attributes. */
import { adjustOddParity, isWeakDesKey, takeRandom } from '@pinfold/crypto';
import { LMK_SCHEMES, type LmkScheme, lmkKeyType } from '@pinfold/keyblock';
import { ClearPin, digitsOf } from './clear-pin.js';
import { KEY_ROLES, type KeyRole, type KeyRoleRow, rowOfType } from './key-roles.js';
import type { KeyNeed, LmkKeys } from './keys.js';
import type { Lmk } from './lmk.js';
import type { LmkDevice } from './lmk-device.js';
import type { KeyAttributes, LmkKey } from './open-key.js';
import { type ReplyCode, refuse } from './refusal.js';
import { SECURITY_SETTINGS, type SettingName } from './settings.js';
import { openPinField, sealPinField } from './stored-pin.js';

/** Attributes of a key that a command makes; algorithm and length only where the message gave them. */
export interface MadeAttributes extends Omit<KeyAttributes, 'algorithm'> {
  readonly algorithm?: string;
  readonly length?: number;
}

export class LmkContext {
  constructor(
    readonly module: LmkDevice,
    readonly lmk: Lmk = module.defaultLmk,
    /** Header of the key block to be made under the LMK. */
    readonly attributes?: MadeAttributes,
  ) {}

  get keys(): LmkKeys {
    return this.module.keys;
  }

  on(setting: SettingName): boolean {
    return this.module.settings.has(setting);
  }

  /** Ends the command where the setting is on. */
  unless(setting: SettingName): void {
    if (this.on(setting)) refuse(SECURITY_SETTINGS[setting].error, setting);
  }

  /** Ends the command unless the device is authorised (two officers, or the legacy start). */
  authorised(): void {
    if (!this.module.authorised) this.unless('authorisation-needed');
  }

  key(token: string, role: KeyRole, parity: ReplyCode = '10', need: KeyNeed = 'any'): LmkKey {
    return this.keys.open(this.lmk, token, KEY_ROLES[role], { need, parity });
  }

  keyOfType(token: string, type: string, parity: ReplyCode = '10', need: KeyNeed = 'any'): LmkKey {
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
  newKey(scheme: string): LmkKey {
    const { attributes } = this;
    const algorithm = attributes?.algorithm === 'A' ? 'A' : 'T';
    if (attributes !== undefined && attributes.length === undefined) refuse('A7');
    const length =
      scheme === 'S'
        ? (attributes?.length ?? 16)
        : (LMK_SCHEMES[scheme as LmkScheme]?.keyBytes ?? refuse('26'));
    for (;;) {
      const random = takeRandom(this.module.random, length);
      const bytes = algorithm === 'A' ? random : adjustOddParity(random);
      if (algorithm === 'T' && isWeakDesKey(bytes)) continue;
      return this.keys.opened(bytes, algorithm);
    }
  }

  sealKey(key: LmkKey, type: string, scheme: string): string {
    const attributes = this.attributes ?? key.attributes;
    return this.keys.seal(this.lmk, key, {
      row: this.row(type),
      scheme: scheme === '0' && this.lmk.kind === 'key-block' ? 'S' : scheme,
      attributes: { ...attributes, algorithm: key.algorithm },
    });
  }

  /** The enciphered PIN field; 24 and 81 for PINs that it cannot hold. */
  sealPin(pin: ClearPin, account: string): string {
    if (pin.length < 4 || pin.length > 12) refuse('24');
    const { pinLength: fieldLength } = this.module;
    const { pinKey } = this.lmk;
    return sealPinField(digitsOf(pin), { pinKey, account, fieldLength }) ?? refuse('81');
  }

  openPin(sealed: string, account: string): ClearPin {
    const { pinLength: fieldLength } = this.module;
    const pin = openPinField(sealed, { pinKey: this.lmk.pinKey, account, fieldLength });
    return new ClearPin(pin ?? refuse('14'));
  }
}

const ANY_BLOCK: KeyRoleRow = {
  type: 'FFF',
  name: 'any key in a key block',
  usages: [...new Set(Object.values<KeyRoleRow>(KEY_ROLES).flatMap(({ usages }) => usages))],
};
