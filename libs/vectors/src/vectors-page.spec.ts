import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { casesOf } from './file.js';

const folder = new URL('../../../vectors/', import.meta.url);
const page = readFileSync(new URL('README.md', folder), 'utf8');
/** File and number of cases of each row of the page's tables. */
const rows = [...page.matchAll(/^\| (\S+\.json) \|[^|]*\| (\d+) \|/gm)].map(
  ([, file, cases]) => [file!, Number(cases)] as const,
);
const files = [
  ...readdirSync(folder),
  ...readdirSync(new URL('generated/', folder)).map((name) => `generated/${name}`),
].filter((name) => name.endsWith('.json'));
const load = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));

describe('the page of the vectors', () => {
  it('has one row for each file', () => {
    expect(rows.map(([file]) => file).sort()).toEqual([...files].sort());
  });

  it.each(rows)('%s has %i cases, each with an id of its own', (file, count) => {
    const cases = casesOf(load(file)) ?? [];
    expect(cases).toHaveLength(count);
    expect(new Set(cases.map((one) => one.id)).size).toBe(count);
  });
});

it('the files of single faults are as their scripts make them', () => {
  const script = fileURLToPath(new URL('../../../scripts/vectors/faults.mjs', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});
