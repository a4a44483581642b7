/**
 * Keys of a payShield as tokens of `HsmClient`: the key under the payShield's LMK with its role in
 * front, `payshield:ZPK:U8A31…`. So a key of one world is never taken for one of the other, and a key
 * of one role never for another one's, although types 002 and 008 each stand for several.
 */

export const PAYSHIELD_ROLES = ['TPK', 'TAK', 'ZPK', 'ZAK', 'TMK', 'ZMK', 'PVK'] as const;

/** PVK is the key of Visa PVVs and of IBM 3624 offsets: a payShield has one type for both. */
export type PayshieldRole = (typeof PAYSHIELD_ROLES)[number];

export interface PayshieldKey {
  readonly role: PayshieldRole;
  /** Under the LMK, with its scheme letter: U and 32 digits, S and a key block, and so on. */
  readonly key: string;
}

/** 16 digits; a scheme letter and 32 or 48; S and a key block. */
const TOKEN = new RegExp(
  `^payshield:(${PAYSHIELD_ROLES.join('|')}):` +
    '([0-9A-F]{16}|[UX][0-9A-F]{32}|[TY][0-9A-F]{48}|S[0-9A-Z]{32,1000})$',
);

export function payshieldToken(role: PayshieldRole, key: string): string {
  return `payshield:${role}:${key}`;
}

/**
 * Undefined for a token of another world, and for a key block that is not as long as it says: what is
 * too much would be read as the fields after it.
 */
export function readPayshieldToken(text: string): PayshieldKey | undefined {
  const match = TOKEN.exec(text);
  if (match === null) return undefined;
  const key = match[2]!;
  if (key.startsWith('S') && Number(key.slice(2, 6)) !== key.length - 1) return undefined;
  return { role: match[1] as PayshieldRole, key };
}
