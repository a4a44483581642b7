/** Vectors of `vectors/` for the specs of the device: cases, and rows of the generated tables. */
import { readFileSync } from 'node:fs';

type Values = Readonly<Record<string, string>>;
const folder = new URL('../../../vectors/', import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));

/** Cases of a file that have this operation; expectations under `expect`. */
export function casesOf(file: string, op: string): (Values & { id: string; expect: Values })[] {
  return read(file).cases.filter((one: { op: string }) => one.op === op);
}

/** The first rows of a generated table; columns of expectations without their `=`. */
export function rowsOf(file: string, id: string, count = 50): Values[] {
  const table = read(`generated/${file}`).tables.find((one: { id: string }) => one.id === id);
  const names: string[] = table.columns.map((name: string) => name.replace(/^=/, ''));
  return table.rows
    .slice(0, count)
    .map((row: string[]) =>
      Object.fromEntries([
        ...Object.entries(table.constants ?? {}),
        ...names.map((name, i) => [name, row[i]]),
      ]),
    );
}
