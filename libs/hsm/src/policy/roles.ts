/**
 * Who may do what. Roles are separate identities: an identity has one role. A command names the
 * roles that may call it; a command under dual control needs two identities, see `Session`.
 */
export const ROLES = {
  production: 'a normal user: runs the day-to-day commands, manages no keys',
  pinIssuance: 'makes offsets, PVVs and verification records',
  keyManager: 'opens ceremonies, makes and exports keys, registers tables',
  custodian: 'holds one share of a key',
  officer: 'security officer: activates tables, users, life cycle, master keys',
  auditor: 'reads the audit chain and the self-tests',
} as const;

export type Role = keyof typeof ROLES;
export const ROLE_NAMES = Object.keys(ROLES) as Role[];
