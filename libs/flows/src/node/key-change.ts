/**
 * DE 48 of a key change (0800/0810 with DE 70 = 101): records `usage|version|keyBlock|checkValue`
 * joined by `;`. The key blocks travel under the TMK (terminal) or the ZCK (institution), so they
 * authenticate themselves; the check value tells a wrong transport key from a wrong key.
 */
import type { NetworkKeyUsage } from './keys.js';

/** DE 70, network management information code. */
export const NETWORK_CODES = {
  signOn: '001',
  signOff: '002',
  keyChange: '101',
  echo: '301',
} as const;

export interface OfferedKey {
  readonly usage: NetworkKeyUsage;
  readonly version: number;
  readonly keyBlock: string;
  readonly checkValue: string;
}

const CHANGEABLE: ReadonlySet<string> = new Set(['TPK', 'TAK', 'ZPK', 'ZAK']);
const RECORD = /^([A-Z]{3})\|(\d{1,4})\|([0-9A-Za-z]{16,512})\|([0-9A-F]{4,16})$/;

export function encodeOfferedKeys(keys: readonly OfferedKey[]): string {
  return keys.map((k) => `${k.usage}|${k.version}|${k.keyBlock}|${k.checkValue}`).join(';');
}

/** Undefined when any record is malformed: a key change is taken as a whole or not at all. */
export function decodeOfferedKeys(field: unknown): OfferedKey[] | undefined {
  if (typeof field !== 'string' || field === '') return undefined;
  const keys: OfferedKey[] = [];
  for (const text of field.split(';')) {
    const [, usage, version, keyBlock, checkValue] = RECORD.exec(text) ?? [];
    if (usage === undefined || !CHANGEABLE.has(usage)) return undefined;
    const number = Number(version);
    if (number < 1) return undefined;
    keys.push({
      usage: usage as NetworkKeyUsage,
      version: number,
      keyBlock: keyBlock!,
      checkValue: checkValue!,
    });
  }
  return keys;
}
