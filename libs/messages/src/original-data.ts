/**
 * DE 90, original data elements (n 42): which message a reversal takes back.
 * Layout: MTI (4), STAN (6), DE 7 date and time (10), acquirer (11), forwarder (11), the last two
 * right-justified with zeros. ISO 8583:1987, DE 90.
 */
import { ok, type Result, refused } from '@pinfold/crypto';

export interface OriginalData {
  readonly mti: string;
  readonly stan: string;
  /** DE 7 of the original, MMDDhhmmss. */
  readonly transmittedAt: string;
  /** DE 32 of the original, without leading zeros. */
  readonly acquirer: string;
  /** DE 33 of the original, or `0` when it had none. */
  readonly forwarder?: string;
}

const LAYOUT = /^(\d{4})(\d{6})(\d{10})(\d{11})(\d{11})$/;

const withoutZeros = (digits: string): string => digits.replace(/^0+(?=\d)/, '');

export function encodeOriginalData(original: OriginalData): string {
  const { mti, stan, transmittedAt, acquirer, forwarder = '0' } = original;
  const text =
    mti + stan + transmittedAt + acquirer.padStart(11, '0') + forwarder.padStart(11, '0');
  if (!LAYOUT.test(text))
    throw new RangeError('original data elements are 4, 6, 10, 11, 11 digits');
  return text;
}

export function decodeOriginalData(field: unknown): Result<OriginalData, 'ORIGINAL_DATA_INVALID'> {
  const parts = typeof field === 'string' ? LAYOUT.exec(field) : null;
  if (!parts) return refused('ORIGINAL_DATA_INVALID');
  const [, mti, stan, transmittedAt, acquirer, forwarder] = parts as unknown as string[];
  return ok({
    mti: mti!,
    stan: stan!,
    transmittedAt: transmittedAt!,
    acquirer: withoutZeros(acquirer!),
    forwarder: withoutZeros(forwarder!),
  });
}
