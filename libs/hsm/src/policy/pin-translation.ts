/**
 * Which PIN block formats may be translated into which: PCI PIN Security Requirements, requirement
 * 3-3. Formats 0, 3 and 4 translate into each other for the same account only; format 1 may be
 * given an account; nothing becomes format 1; format 2 (offline, on a card) goes nowhere; and a
 * standard format never becomes a non-standard one.
 */
export const STANDARD_FORMATS = ['iso0', 'iso1', 'iso2', 'iso3', 'iso4'] as const;

const ACCOUNT_BOUND = ['iso0', 'iso3', 'iso4'];

const TARGETS: Readonly<Record<string, readonly string[]>> = {
  iso0: ACCOUNT_BOUND,
  iso3: ACCOUNT_BOUND,
  iso4: ACCOUNT_BOUND,
  iso1: ACCOUNT_BOUND,
  iso2: [],
};

export function translationAllowed({ from, to }: { from: string; to: string }): boolean {
  return TARGETS[from]?.includes(to) ?? false;
}

/** Formats that bind a PIN to an account: the only ones that offsets and PVVs may be made from. */
export function isAccountBound(format: string): boolean {
  return ACCOUNT_BOUND.includes(format);
}
