/**
 * All specs of one part and its published vectors in one Jest file, for mutation testing:
 * `MUTATION_PART` names the part (see scripts/mutation/parts.mjs).
 *
 * Jest loads every module anew for each test file, and with few changes to test that loading is most
 * of a run's time; here it happens once per mutant. The properties have a fixed seed, so that a
 * mutant's fate does not depend on luck, and fewer runs. The generated vectors and those of single
 * faults are left out: thousands of cases take too long for every mutant.
 */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { faultOf, idOf } from '../../libs/vectors/src/case.js';
import { casesOf } from '../../libs/vectors/src/file.js';
import type { VectorOps } from '../../libs/vectors/src/types.js';
import { PARTS, partOf } from '../../scripts/mutation/parts.mjs';

fc.configureGlobal({ seed: 20_261_121, numRuns: 25 });

const part = process.env.MUTATION_PART!;
const { folder, vectors, ops } = PARTS[part]!;
const root = new URL('../../', import.meta.url);

const specs = readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
  .map((name) => `${folder}/${name}`)
  .filter((file) => file.endsWith('.spec.ts') && partOf(file) === part);
for (const file of specs.sort()) await import(new URL(file, root).pathname);

const table: VectorOps = {};
for (const name of ops) {
  const module = await import(new URL(`libs/vectors/src/ops/${name}.ts`, root).pathname);
  Object.assign(table, ...Object.values(module as object));
}

const files = readdirSync(new URL('vectors/', root)).filter(
  (file) => vectors.test(file) && !file.endsWith('-faults.json'),
);
for (const file of files) {
  const json = JSON.parse(readFileSync(new URL(`vectors/${file}`, root), 'utf8'));
  const cases = casesOf(json)!.map((one, i) => [idOf(one, i + 1), one] as const);
  describe(file, () => {
    it.each(cases)('%s', (_, one) => expect(faultOf(one, table)).toBe(''));
  });
}
