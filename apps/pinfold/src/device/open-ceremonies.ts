/**
 * Share tokens of ceremonies under way, kept beside the device so that nobody has to copy them: one
 * file each, `ceremonies/<number>.json`. Tokens are sealed under the device's master keys and no secret.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KEY_TYPE_NAMES, USAGE_NAMES } from '@pinfold/hsm';
import { writeWhole } from '@pinfold/institution';
import { z } from 'zod';
import { environmentFailure, usageFailure } from '../cli/exit.js';

const NUMBER = /^[0-9A-F]{16}$/;
const FOLDER = 'ceremonies';

const schema = z.object({
  type: z.enum(KEY_TYPE_NAMES),
  usage: z.enum(USAGE_NAMES).optional(),
  shares: z.array(z.string()),
});
export type OpenCeremony = z.infer<typeof schema>;

export class OpenCeremonies {
  readonly #folder: string;

  constructor(deviceFolder: string) {
    this.#folder = join(deviceFolder, FOLDER);
  }

  keep(number: string, ceremony: OpenCeremony): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeWhole(this.#path(number), `${JSON.stringify(ceremony, null, 1)}\n`);
  }

  /** Adds a share to a ceremony that was opened here; others are left to who has their tokens. */
  add(number: string, share: string): void {
    if (!existsSync(this.#path(number))) return;
    const ceremony = this.find(number);
    this.keep(number, { ...ceremony, shares: [...ceremony.shares, share] });
  }

  /** That ceremony, or the only one there is. */
  find(number: string | undefined): OpenCeremony & { number: string } {
    const known = this.#numbers();
    const wanted = number ?? (known.length === 1 ? known[0] : undefined);
    if (wanted === undefined) {
      const which = known.length === 0 ? 'none is open' : `open are ${known.join(', ')}`;
      throw usageFailure('CEREMONY_NEEDED', `name the ceremony by its number: ${which}`);
    }
    if (!known.includes(wanted)) {
      throw environmentFailure('CEREMONY_UNKNOWN', `no ceremony ${wanted} is open at this device`);
    }
    try {
      return {
        number: wanted,
        ...schema.parse(JSON.parse(readFileSync(this.#path(wanted), 'utf8'))),
      };
    } catch {
      throw environmentFailure('CEREMONY_DAMAGED', `${this.#path(wanted)} is damaged`);
    }
  }

  forget(number: string): void {
    if (NUMBER.test(number)) rmSync(this.#path(number), { force: true });
  }

  #numbers(): string[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .map((name) => name.replace(/\.json$/, ''))
      .filter((name) => NUMBER.test(name))
      .sort();
  }

  #path(number: string): string {
    if (!NUMBER.test(number))
      throw usageFailure('CEREMONY_NUMBER', 'a ceremony has a number of 16 digits');
    return join(this.#folder, `${number}.json`);
  }
}
