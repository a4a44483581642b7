/**
 * All specs of one library and its published vectors in one Jest file, for mutation testing:
 * `MUTATION_LIB` names the library.
 *
 * Jest loads every module anew for each test file, and with few changes to test that loading is most
 * of a run's time; here it happens once per mutant. The seed of the properties is fixed, so that a
 * mutant's fate does not depend on luck. The generated vectors (vectors/generated) are left out: a
 * thousand cases of each algorithm take too long for every mutant.
 */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { casesOf, faultOf, idOf } from '../../libs/vectors/src/case.js';
import type { VectorOps } from '../../libs/vectors/src/types.js';

/** Vector files and the modules of libs/vectors/src/ops that run them, by library. */
const VECTORS: Record<string, { files: RegExp; ops: readonly string[] }> = {
  pin: {
    files: /^(pin-|card-values|dukpt-)/,
    ops: ['pin', 'card-values', 'dukpt'],
  },
  keyblock: { files: /^(tr31|tr34|thales-key-block)/, ops: ['key-block', 'tr34'] },
  emv: { files: /^emv/, ops: ['emv', 'emv-data'] },
};

fc.configureGlobal({ seed: 20_261_121 });

const lib = process.env.MUTATION_LIB!;
const { files, ops } = VECTORS[lib]!;
const root = new URL('../../', import.meta.url);

const specs = new URL(`libs/${lib}/src/`, root);
const names = readdirSync(specs, { recursive: true, encoding: 'utf8' });
for (const name of names.filter((file) => file.endsWith('.spec.ts')).sort()) {
  await import(new URL(name, specs).pathname);
}

const table: VectorOps = {};
for (const name of ops) {
  const module = (await import(
    new URL(`libs/vectors/src/ops/${name}.ts`, root).pathname
  )) as object;
  Object.assign(table, ...Object.values(module));
}

describe.each(readdirSync(new URL('vectors/', root)).filter((file) => files.test(file)))(
  '%s',
  (file) => {
    const json = JSON.parse(readFileSync(new URL(`vectors/${file}`, root), 'utf8'));
    const cases = casesOf(json)!.map((one) => [idOf(one), one] as const);
    it.each(cases)('%s', (_, one) => expect(faultOf(one, table)).toBe(''));
  },
);
