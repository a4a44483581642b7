/**
 * What keys are for, as one table: the three-character type under a variant LMK, and the usages that
 * a key block must state under a key-block LMK (X9.143 and the two-digit ones of payShield). The
 * first usage is the one given to keys that the device makes.
 *
 * Sources: `LMK_KEY_TYPES` of @pinfold/keyblock; payShield key block usage table as repeated by
 * public key-block tools. The two-digit usages are not confirmed by a published vector.
 */

export interface KeyRoleRow {
  readonly type: string;
  readonly name: string;
  readonly usages: readonly string[];
  /** Derived keys, whose bytes are not to be changed, have any parity. */
  readonly anyParity?: boolean;
}

const MAC_USAGES = ['M3', 'M0', 'M1', 'M5', 'M6'] as const;

export const KEY_ROLES = {
  zmk: role('000', 'zone master key', ['52', 'K0', 'K1']),
  zpk: role('001', 'zone PIN key', ['72', 'P0']),
  tpk: role('002', 'terminal PIN key', ['71', 'P0']),
  tmk: role('002', 'terminal master key', ['51', 'K0', 'K1']),
  pvk: role('002', 'PIN verification key', ['V2', 'V1', 'V0']),
  ikey: { ...role('302', 'DUKPT initial key', ['B1']), anyParity: true },
  cvk: role('402', 'card verification key', ['C0', '11', '12', '13']),
  tak: role('003', 'terminal authentication key', MAC_USAGES),
  wwk: role('006', 'WatchWord key', ['01']),
  zak: role('008', 'zone authentication key', MAC_USAGES),
  bdk: role('009', 'base derivation key', ['B0', '41', '42']),
  mkAc: role('109', 'master key for application cryptograms', ['E0']),
  mkSmi: role('209', 'master key for script integrity', ['E2']),
  mkSmc: role('309', 'master key for script confidentiality', ['E1']),
  mkDac: role('409', 'master key for data authentication codes', ['E3']),
  mkDn: role('509', 'master key for dynamic numbers', ['E4']),
  mkCvc3: role('709', 'master key for CVC3', ['E6', '32']),
  zek: role('00A', 'zone encryption key', ['22', 'D0']),
  dek: role('00B', 'data encryption key', ['21', 'D0']),
  tek: role('30B', 'terminal encryption key', ['23', 'D0']),
} as const satisfies Record<string, KeyRoleRow>;

export type KeyRole = keyof typeof KEY_ROLES;

function role(type: string, name: string, usages: readonly string[]): KeyRoleRow {
  return { type, name, usages };
}

/** What any key of a type may be: all roles that share it. */
export function rowOfType(type: string): KeyRoleRow | undefined {
  return BY_TYPE.get(type);
}

const BY_TYPE = new Map<string, KeyRoleRow>();
for (const row of Object.values<KeyRoleRow>(KEY_ROLES)) {
  const known = BY_TYPE.get(row.type);
  const usages = [...new Set([...(known?.usages ?? []), ...row.usages])];
  const name = known === undefined ? row.name : `${known.name}, ${row.name}`;
  BY_TYPE.set(row.type, { ...row, name, usages });
}
