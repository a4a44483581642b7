/**
 * Whole frames whose replies other implementations answered (vectors/generated/host-commands.json):
 * pyemv, psec, pydukpt and OpenSSL, with layouts and tokens written a second time.
 */
import { readFileSync } from 'node:fs';
import { ask, hexOf, testDevice, wire } from './testing.js';

interface Table {
  readonly id: string;
  readonly rows: readonly (readonly [command: string, reply: string])[];
}
const file = new URL('../../../vectors/generated/host-commands.json', import.meta.url);
const { tables } = JSON.parse(readFileSync(file, 'utf8')) as { tables: Table[] };

it.each(tables.map(({ id, rows }) => [id, rows] as const))(
  'answers as others do: %s',
  (_, rows) => {
    const of = testDevice();
    const wrong = rows.flatMap(([command, reply], row) => {
      const given = hexOf(ask(of, wire(command)));
      return given === reply ? [] : [{ row, command, reply, given }];
    });
    expect(wrong).toEqual([]);
  },
);
