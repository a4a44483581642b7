import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import * as crypto from '@pinfold/crypto';
import * as library from './index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const example = /```ts\n(.*?)```/s.exec(readme)![1]!;

it('the example of the README gives what its comments say', () => {
  const wanted = [...example.matchAll(/^(?!const ).*; \/\/ (.+)$/gm)].map((match) => match[1]);
  const source = example
    .replace(/^import .*$/gm, '')
    .replace(/^(?!const )(.*); \/\/ .*$/gm, 'results.push(String($1));');
  const results: string[] = [];

  runInNewContext(source, { ...crypto, ...library, results, Uint8Array, String });
  expect(results).toEqual(wanted);
  expect(wanted).toHaveLength(3);
});

it('every function that the README names is there', () => {
  const names = [...readme.matchAll(/^\|.*\|(.*)\|$/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`(\w+)`/g)].map((match) => match[1]!),
  );
  expect(names.length).toBeGreaterThanOrEqual(17);
  for (const name of names) expect(library).toHaveProperty(name);
});
