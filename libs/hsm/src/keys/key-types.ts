/**
 * The VSM's key hierarchy as one table: five master keys, and the types that each one seals.
 * The successor's LMK pair is named beside each type.
 *
 * In `legacy` a token carries no type: TMK and P are both "a block under MK", which is the flaw
 * that the type-confusion attack uses. In `hardened` the type is inside the authenticated token.
 */
export const MASTER_KEYS = ['ZCMK', 'WMK', 'TCMK', 'MK', 'PMK'] as const;
export type MasterKeyName = (typeof MASTER_KEYS)[number];

export interface KeyTypeFacts {
  readonly id: number;
  readonly masterKey: MasterKeyName;
  readonly title: string;
  readonly successor: string;
}

export const KEY_TYPES = {
  ZCK: { id: 1, masterKey: 'ZCMK', title: 'zone control key', successor: '04-05 (ZMK)' },
  WK: { id: 2, masterKey: 'WMK', title: 'working key, for PIN blocks', successor: '06-07 (ZPK)' },
  TCK: {
    id: 3,
    masterKey: 'TCMK',
    title: 'communications key, for MACs and control data',
    successor: '16-17 (TAK)',
  },
  TMK: { id: 4, masterKey: 'MK', title: 'terminal master key', successor: '14-15 (TMK)' },
  P: { id: 5, masterKey: 'MK', title: 'PIN derivation key', successor: '14-15 (PVK)' },
  PIN: { id: 6, masterKey: 'PMK', title: 'stored PIN', successor: '02-03' },
} as const satisfies Record<string, KeyTypeFacts>;

export type KeyType = keyof typeof KEY_TYPES;
export const KEY_TYPE_NAMES = Object.keys(KEY_TYPES) as KeyType[];
