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
  /** Of new keys under a key-block LMK: usage by algorithm, mode of use. None where it makes none. */
  readonly made?: Readonly<Record<KeyAlgorithm | 'modeOfUse', string>>;
  /** The key that it goes under. */
  readonly under?: 'ZMK' | 'TMK';
}

const PIN = { T: 'P0', A: 'P0' } as const;
const MAC = { T: 'M3', A: 'M6' } as const;

export const ROLE_FACTS: Readonly<Record<PayshieldRole, RoleFacts>> = {
  TPK: { type: '002', made: { T: '71', A: '71', modeOfUse: 'B' }, under: 'TMK' },
  TAK: { type: '003', made: { ...MAC, modeOfUse: 'C' }, under: 'TMK' },
  ZPK: { type: '001', made: { T: '72', A: '72', modeOfUse: 'B' }, under: 'ZMK' },
  ZAK: { type: '008', made: { ...MAC, modeOfUse: 'C' }, under: 'ZMK' },
  PVK: { type: '002', under: 'ZMK' },
  TMK: { type: '002' },
  ZMK: { type: '000' },
};

interface Carried {
  readonly role: PayshieldRole;
  /** By algorithm. */
  readonly carried: Readonly<Record<KeyAlgorithm, string>>;
}

/** What a payShield can take from a zone master key, by the device's usage: role, and usage of its block. */
export const IMPORTED: Readonly<Partial<Record<UsageName, Carried>>> = {
  TPK: { role: 'TPK', carried: PIN },
  TAK: { role: 'TAK', carried: MAC },
  ZPK: { role: 'ZPK', carried: PIN },
  ZAK: { role: 'ZAK', carried: MAC },
  PVK: { role: 'PVK', carried: { T: 'V2', A: 'V2' } },
  PGK: { role: 'PVK', carried: { T: 'V1', A: 'V1' } },
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
