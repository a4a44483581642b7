/** Holds docs/reference/cryptography.md against its tables; PINFOLD_WRITE_DOCS=1 writes it anew. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as crypto from '@pinfold/crypto';
import * as emv from '@pinfold/emv';
import * as keyblock from '@pinfold/keyblock';
import * as tr34 from '@pinfold/keyblock/tr34';
import * as pin from '@pinfold/pin';
import { COMMAND_NAMES, commandNamed } from '../commands/index.js';
import { ALGORITHMS_OF_PAYMENT } from './algorithms.js';
import { cryptographyReference } from './cryptography.js';

const path = join(process.cwd(), 'docs', 'reference', 'cryptography.md');
const folder = join(process.cwd(), 'vectors');

/** Cases of all vector files, by operation. */
function vectorCounts(): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (op: string | undefined, count: number) => {
    if (op !== undefined) counts.set(op, (counts.get(op) ?? 0) + count);
  };
  for (const name of ['.', 'generated'].flatMap((sub) =>
    readdirSync(join(folder, sub))
      .filter((file) => file.endsWith('.json'))
      .map((file) => join(folder, sub, file)),
  )) {
    const { cases = [], tables = [] } = JSON.parse(readFileSync(name, 'utf8'));
    for (const one of cases) add(one.op, 1);
    for (const table of tables) add(table.op, table.rows.length);
  }
  return counts;
}

/** Operations that belong to interfaces, not to an algorithm. */
const OTHER_OPERATIONS = ['iso8583-pack', 'host-frame', 'emv-tlv'];
const CRYPTOGRAPHIC = ['pins', 'cards', 'macs', 'dukpt', 'emv', 'keyblocks'];
/** Commands without an algorithm of their own. */
const OTHER_COMMANDS = ['IssueDemoPin', 'ShowDemoPin', 'DemoPinBlock'];

describe('the reference of the algorithms', () => {
  const counts = vectorCounts();

  it('is what the tables say', () => {
    const text = cryptographyReference(counts);
    if (process.env.PINFOLD_WRITE_DOCS === '1') writeFileSync(path, text);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('names every operation of the vectors, and no other', () => {
    const named = new Set(ALGORITHMS_OF_PAYMENT.flatMap((row) => row.operations));
    expect([...named].sort()).toEqual(
      [...counts.keys()].filter((op) => !OTHER_OPERATIONS.includes(op)).sort(),
    );
  });

  it('names every command that computes something', () => {
    const named = new Set<string>(ALGORITHMS_OF_PAYMENT.flatMap((row) => row.commands));
    const wanted = COMMAND_NAMES.filter((name) =>
      CRYPTOGRAPHIC.includes(commandNamed(name)!.group),
    );
    expect(wanted.filter((name) => !named.has(name) && !OTHER_COMMANDS.includes(name))).toEqual([]);
  });

  it('names functions that are there', () => {
    const libraries = { crypto, emv, keyblock, 'keyblock/tr34': tr34, pin };
    for (const { functions } of ALGORITHMS_OF_PAYMENT) {
      const [library, names] = functions.split(': ');
      for (const [, name] of names?.matchAll(/`(\w+)`/g) ?? []) {
        expect(Object.keys(libraries[library as 'pin'])).toContain(name);
      }
    }
  });
});
