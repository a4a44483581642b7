/**
 * Storage keys of the PIN pads: what a real pad's hardware holds. Here one secret in a file of mode
 * 0600 stands for the fleet's hardware, and each pad's key is HMAC-SHA-256 of its terminal under it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hmac, type RandomBytes } from '@pinfold/crypto';
import { writeWhole } from '@pinfold/institution';
import { EnvironmentError } from '@pinfold/platform';

const FILE = 'pin-pads.key';
const BYTES = 32;

/** Makes the file when it is not there. @throws EnvironmentError when it is damaged */
export function padStorageKeys(
  folder: string,
  random: RandomBytes,
): (terminal: string) => Uint8Array {
  const secret = readOrMake(join(folder, FILE), random);
  return (terminal) => hmac('sha256', secret, new TextEncoder().encode(`pin-pad/${terminal}`));
}

function readOrMake(path: string, random: RandomBytes): Uint8Array {
  // In one step: half a file would lock every PIN pad out for good.
  if (!existsSync(path)) writeWhole(path, random(BYTES));
  const secret = readFileSync(path);
  if (secret.length === BYTES) return secret;
  throw new EnvironmentError(`${path} is damaged; restore it, or set the terminals up anew`);
}
