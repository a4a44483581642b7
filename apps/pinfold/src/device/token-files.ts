/** Tokens in files, one each: sealed under master keys, so no secret, but long. */
import { existsSync, readFileSync } from 'node:fs';
import { writeWhole } from '@pinfold/institution';
import { environmentFailure } from '../cli/exit.js';

export function keepToken(file: string, token: string): void {
  try {
    writeWhole(file, `${token}\n`);
  } catch {
    throw environmentFailure('FILE_UNWRITABLE', `${file} cannot be written`);
  }
}

/** The token itself, or the one in a file of that name. */
export function tokenOf(given: string): string {
  return existsSync(given) ? readFileSync(given, 'utf8').trim() : given;
}
