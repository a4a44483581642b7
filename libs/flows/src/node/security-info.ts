/**
 * DE 53, security related control information, as this network uses it (n 16): PIN block format (2),
 * version of the PIN key (4), version of the MAC key (4), zeros (6). ISO 8583:1987 leaves the content
 * to the network.
 */

/** PIN block format codes of DE 53; `00` where the message carries no PIN. */
export const PIN_FORMAT_CODES = { none: '00', iso0: '01', iso4: '48' } as const;

export type WirePinFormat = keyof typeof PIN_FORMAT_CODES;

export interface SecurityInfo {
  readonly format: WirePinFormat;
  readonly pinKeyVersion: number;
  readonly macKeyVersion: number;
}

const FORMAT_BY_CODE = new Map<string, WirePinFormat>(
  Object.entries(PIN_FORMAT_CODES).map(([format, code]) => [code, format as WirePinFormat]),
);

export function encodeSecurityInfo(info: SecurityInfo): string {
  const pin = String(info.pinKeyVersion).padStart(4, '0');
  const mac = String(info.macKeyVersion).padStart(4, '0');
  return `${PIN_FORMAT_CODES[info.format]}${pin}${mac}000000`;
}

/** Undefined when the field is absent or not of this form. */
export function decodeSecurityInfo(field: unknown): SecurityInfo | undefined {
  if (typeof field !== 'string' || !/^\d{16}$/.test(field)) return undefined;
  const format = FORMAT_BY_CODE.get(field.slice(0, 2));
  if (format === undefined) return undefined;
  return {
    format,
    pinKeyVersion: Number(field.slice(2, 6)),
    macKeyVersion: Number(field.slice(6, 10)),
  };
}
