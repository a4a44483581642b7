/**
 * DE 95, replacement amounts (42 characters): the actual amount of a partial dispense (n 12, minor
 * units) and thirty zeros for settlement amount and fees, which this network does not use.
 * ISO 8583:1987, DE 95.
 */
import { ok, type Result, refused } from '@pinfold/crypto';

const REST = '0'.repeat(30);
const LAYOUT = /^(\d{12})0{30}$/;
const LARGEST = 999_999_999_999n;

/** `actualMinor`: what the terminal dispensed, which stays posted after the reversal. */
export function encodeReplacementAmounts(actualMinor: bigint): string {
  if (actualMinor < 0n || actualMinor > LARGEST)
    throw new RangeError('an amount is 0 to 12 digits');
  return actualMinor.toString().padStart(12, '0') + REST;
}

export function decodeReplacementAmounts(
  field: unknown,
): Result<bigint, 'REPLACEMENT_AMOUNTS_INVALID'> {
  const parts = typeof field === 'string' ? LAYOUT.exec(field) : null;
  return parts ? ok(BigInt(parts[1]!)) : refused('REPLACEMENT_AMOUNTS_INVALID');
}
