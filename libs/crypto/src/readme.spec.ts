import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import * as library from './index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const example = /```ts\n(.*?)```/s.exec(readme)![1]!;

it('the example of the README gives what its comments say', () => {
  const wanted = [...example.matchAll(/; \/\/ ([0-9A-F]+)$/gm)].map((match) => match[1]);
  const source = example
    .replace(/^import .*$/m, '')
    .replaceAll(']!', ']')
    .replace(/^(toHex.*); \/\/ .*$/gm, 'results.push($1);');
  const results: string[] = [];
  runInNewContext(source, { ...library, results, TextEncoder, Int32Array, Uint8Array, Array });
  expect(results).toEqual(wanted);
  expect(wanted).toHaveLength(3);
});

it('every function that the README names is there', () => {
  const names = [...readme.matchAll(/^\|[^|]*\|[^|]*\|(.*)\|$/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`(\w+)`/g)].map((match) => match[1]!),
  );
  expect(names.length).toBeGreaterThan(30);
  for (const name of names) expect(library).toHaveProperty(name);
});
