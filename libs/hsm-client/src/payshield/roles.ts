/**
 * What a payShield must be told of a key of each role: the type under a variant LMK, the header of a key
 * block under a key-block LMK, and under what it travels. One table.
 *
 * Sources: `KEY_ROLES` of libs/hsm (types, usages); ANSI X9.143 tables 2 and 4 (usage and mode of use of
 * blocks that travel), as `USAGES` of libs/hsm states them.
 */
import type { UsageName } from '@pinfold/hsm';
import type { PayshieldRole } from './tokens.js';

/** T: triple DES; A: AES. */
export type KeyAlgorithm = 'T' | 'A';

export interface RoleFacts {
  /** Under a variant LMK. */
  readonly type: string;
  /** Usage of new keys under a key-block LMK, by algorithm; none for keys that it does not make. */
  readonly made?: Readonly<Record<KeyAlgorithm, string>>;
  readonly modeOfUse: string;
  /** Usages that an X9.143 block of such a key may state, by algorithm. */
  readonly carried: Readonly<Record<KeyAlgorithm, string>>;
  /** The key that it goes under. */
  readonly under?: 'ZMK' | 'TMK';
}

const PIN = { T: 'P0', A: 'P0' } as const;
const MAC = { T: 'M3', A: 'M6' } as const;
const WRAP = { T: 'K1', A: 'K1' } as const;

export const ROLE_FACTS: Readonly<Record<PayshieldRole, RoleFacts>> = {
  TPK: { type: '002', made: { T: '71', A: '71' }, modeOfUse: 'B', carried: PIN, under: 'TMK' },
  TAK: { type: '003', made: MAC, modeOfUse: 'C', carried: MAC, under: 'TMK' },
  ZPK: { type: '001', made: { T: '72', A: '72' }, modeOfUse: 'B', carried: PIN, under: 'ZMK' },
  ZAK: { type: '008', made: MAC, modeOfUse: 'C', carried: MAC, under: 'ZMK' },
  PVK: { type: '002', modeOfUse: 'C', carried: { T: 'V2', A: 'V2' }, under: 'ZMK' },
  TMK: { type: '002', modeOfUse: 'B', carried: WRAP },
  ZMK: { type: '000', modeOfUse: 'B', carried: WRAP },
};

/** Usages of the device whose keys a payShield can take from a zone master key. */
export const ROLE_OF_USAGE: Readonly<Partial<Record<UsageName, PayshieldRole>>> = {
  TPK: 'TPK',
  TAK: 'TAK',
  ZPK: 'ZPK',
  ZAK: 'ZAK',
  PVK: 'PVK',
};

/** What stands for the type of any key in a key block. */
export const BLOCK_TYPE = 'FFF';

export const isKeyBlock = (key: string): boolean => key.startsWith('S');

/** A key block says it; under a variant LMK there is triple DES alone. */
export function algorithmOf(key: string): KeyAlgorithm {
  return isKeyBlock(key) && key[8] === 'A' ? 'A' : 'T';
}

/** The type field for a key of a role. */
export function typeOf(role: PayshieldRole, key: string): string {
  return isKeyBlock(key) ? BLOCK_TYPE : ROLE_FACTS[role].type;
}
