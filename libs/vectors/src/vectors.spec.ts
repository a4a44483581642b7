import { readdirSync, readFileSync } from 'node:fs';
import { runVectorFile } from './index.js';
import type { VectorFile } from './types.js';

const folder = new URL('../../../vectors/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const load = (name: string): VectorFile => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));

describe('vector files', () => {
  // The cost of the five-digit attack is a search of some seconds.
  it.each(files)(
    '%s',
    (name) => {
      const file = load(name);
      const report = runVectorFile(file, name);
      expect(report.cases.filter((one) => !one.ok)).toEqual([]);
      expect(report.passed).toBe(report.cases.length);
    },
    120_000,
  );
});

/**
 * At least 1,000 cases of each algorithm, answered by other implementations
 * (scripts/vectors).
 */
describe('generated vectors', () => {
  const generated = readdirSync(new URL('generated/', folder));

  it('come from all topics', () => expect(generated.length).toBeGreaterThanOrEqual(8));

  it.each(generated)('%s', (name) => {
    const file = load(`generated/${name}`);
    const report = runVectorFile(file, name);
    expect(report.cases.filter((one) => !one.ok).slice(0, 5)).toEqual([]);
    expect(report.passed).toBeGreaterThanOrEqual(1000);
  });
});
