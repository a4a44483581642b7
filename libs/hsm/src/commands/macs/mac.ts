/**
 * The MAC of the device, one place for generate and verify: ISO 9797-1 algorithm 3 with padding 1
 * (ANSI X9.19) under triple DES, CMAC (first eight bytes) under AES, algorithm 1 under the single DES
 * of legacy devices.
 */
import { cmac, iso9797Mac, iso9797MacMany } from '@pinfold/crypto';
import type { ClearKey } from '../../keys/clear-key.js';

export const MAC_BYTES = 8;
export const MAX_MAC_DATA_BYTES = 32_768;
/** Below this many messages one by one is as fast. */
const BATCH_FROM = 8;

export function macOf(key: ClearKey, data: Uint8Array): Uint8Array {
  if (key.aes !== undefined) return cmac(key.aes, data).subarray(0, MAC_BYTES);
  const algorithm = key.header.algorithm === 'D' ? 1 : 3;
  return iso9797Mac({ algorithm, padding: 1, key: key.des!, data });
}

/** MACs of many messages: triple-DES keys go through the batch engine, others one by one. */
export function macsOf(jobs: readonly { key: ClearKey; data: Uint8Array }[]): Uint8Array[] {
  const batched = jobs.filter(({ key }) => key.header.algorithm === 'T');
  if (batched.length < BATCH_FROM) return jobs.map(({ key, data }) => macOf(key, data));
  const keys = batched.map(({ key }) => key.des!);
  const messages = batched.map(({ data }) => data);
  const macs = iso9797MacMany({ algorithm: 3, padding: 1, keys, messages });
  let next = 0;
  return jobs.map(({ key, data }) =>
    key.header.algorithm === 'T' ? macs[next++]! : macOf(key, data),
  );
}
