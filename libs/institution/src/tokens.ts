/**
 * The tokens of one institution that belong to no message flow: the network's index key, the key of its
 * card vault, and the versions of the data keys of its links. Tokens are sealed under the device's
 * master keys, so the file is no secret; without the device it opens nothing.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '@pinfold/platform';
import { z } from 'zod';
import { writeWhole } from './write-whole.js';

const dataKeyToken = z.object({ version: z.number().int().min(1).max(255), wrapped: z.string() });

/**
 * Where an institution's keys are: in its own device, or under the LMK of payShields. Data keys (index,
 * vault, links, records) are its own device's in both.
 */
export const KEY_WORLDS = ['device', 'payshield'] as const;
export type KeyWorld = (typeof KEY_WORLDS)[number];

const tokensSchema = z.object({
  /** `device` where nothing is said. */
  world: z.enum(KEY_WORLDS).optional(),
  /** Key of the keyed hashes that stand for terminals and cards in record keys and tables. */
  index: z.string(),
  vault: z.array(dataKeyToken).min(1),
  links: z.record(z.string(), z.array(dataKeyToken)),
  /** Keys of verification records that are no token of a device; with payShields only. */
  records: z.array(dataKeyToken).min(1).optional(),
  /**
   * Tokens with names of their own: `pvk`, `zck.bank-a`, a decimalisation table's id. With payShields
   * also `payshield.pvk`, `payshield.zmk.bank-a` and what `payshield/named.ts` tells.
   */
  named: z.record(z.string(), z.string()),
});

export type InstitutionTokens = z.infer<typeof tokensSchema>;

export const TOKENS_FILE = 'tokens.json';

/** Undefined when the institution has not been provisioned. */
export function readTokens(folder: string): InstitutionTokens | undefined {
  const path = join(folder, TOKENS_FILE);
  if (!existsSync(path)) return undefined;
  try {
    return tokensSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw new EnvironmentError(`${path} is damaged; restore it from a backup`);
  }
}

/** A reader sees the old or the new. */
export function writeTokens(folder: string, tokens: InstitutionTokens): void {
  writeWhole(join(folder, TOKENS_FILE), `${JSON.stringify(tokensSchema.parse(tokens), null, 2)}\n`);
}

/** Encryption contexts of the data keys: what a token may be opened as. */
export const CONTEXTS = {
  /** One for the whole network: the keys of records are compared across its nodes. */
  index: 'index.1',
  vault: (institution: string, version: number) => `vault.${institution}.${version}`,
  records: (institution: string, version: number) => `records.${institution}.${version}`,
  /** The same on both sides of a link. */
  link: (link: string, version: number) => `${link}.${version}`,
} as const;
