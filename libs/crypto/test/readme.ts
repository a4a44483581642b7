/** The suite of a library's README: its example gives what its comments say, its names are there. */
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';

/** Objects of the language that examples use. */
const GLOBALS = { Array, Int32Array, String, TextEncoder, Uint8Array };

export interface ReadmeFacts {
  readonly url: URL;
  /** What the example imports, by name: the library, and what it stands on. */
  readonly exports: Readonly<Record<string, unknown>>;
  /** The library itself, which has every function of the README's table. */
  readonly library: object;
  /** How many lines of the example say what comes out, and how many functions the table names. */
  readonly results: number;
  readonly names: number;
}

export function readmeSuite({ url, exports, library, results: count, names }: ReadmeFacts): void {
  const readme = readFileSync(url, 'utf8');
  const example = /```ts\n(.*?)```/s.exec(readme)![1]!;

  it('the example of the README gives what its comments say', () => {
    const told = /^(?!const |import )(.*); \/\/ (.+)$/gm;
    const wanted = [...example.matchAll(told)].map((match) => match[2]);
    const source = example
      .replace(/^import .*$/gm, '')
      .replaceAll(']!', ']')
      .replace(told, 'results.push(String($1));');
    const results: string[] = [];
    const random = (length: number) => new Uint8Array(length);
    runInNewContext(source, { ...GLOBALS, ...exports, ...library, random, results });
    expect(results).toEqual(wanted);
    expect(wanted).toHaveLength(count);
  });

  it('every function that the README names is there', () => {
    const cells = [...readme.matchAll(/^\|.*\|(.*)\|$/gm)];
    const named = cells.flatMap(([, cell]) =>
      [...cell!.matchAll(/`(\w+)`/g)].map((match) => match[1]!),
    );
    expect(named.length).toBeGreaterThanOrEqual(names);
    for (const name of named) expect(library).toHaveProperty(name);
  });
}
