import { readFileSync } from 'node:fs';
import { fromHex, toHex } from '@pinfold/crypto';
import type { FieldTable } from './fields-1987.js';
import type { FieldValue } from './message.js';
import { pack } from './pack.js';
import { type Encoding, type Packaging, packaging } from './packaging.js';
import { parse } from './parse.js';

interface Case {
  id: string;
  mti: string;
  encoding: Encoding;
  formats: Record<string, string>;
  fieldEncoding?: Record<string, 'ascii' | 'bcd' | 'binary'>;
  alwaysSecondary?: string;
  fields: Record<string, string>;
  expect: { packed: string };
}

const { cases } = JSON.parse(readFileSync('vectors/iso8583.json', 'utf8')) as { cases: Case[] };

function packagingOf(vector: Case): Packaging {
  const table: FieldTable = Object.fromEntries(
    Object.entries(vector.formats).map(([n, format]) => [n, { format, name: `DE ${n}` }]),
  );
  const alwaysSecondary = vector.alwaysSecondary === 'unset';
  return packaging({
    fields: table,
    encoding: vector.encoding,
    fieldEncoding: vector.fieldEncoding,
    alwaysSecondary,
  });
}

function fieldsOf(vector: Case): Record<number, FieldValue> {
  return Object.fromEntries(
    Object.entries(vector.fields).map(([n, value]) => {
      const binary = vector.formats[n]!.startsWith('b ');
      return [n, binary ? fromHex(value) : value];
    }),
  );
}

describe('published messages', () => {
  it.each(cases.map((c) => [c.id, c] as const))('%s packs to the published bytes', (_, vector) => {
    const packed = pack({ mti: vector.mti, fields: fieldsOf(vector) }, packagingOf(vector));
    expect(toHex(packed)).toBe(vector.expect.packed);
  });

  it.each(cases.map((c) => [c.id, c] as const))(
    '%s parses to the published fields',
    (_, vector) => {
      const parsed = parse(fromHex(vector.expect.packed), packagingOf(vector));
      if (!parsed.ok) throw new Error(`${parsed.code} ${parsed.detail}`);
      expect(parsed.value.mti).toBe(vector.mti);
      const fields = Object.entries(parsed.value.fields).map(([n, value]) => [
        n,
        typeof value === 'string' ? value : toHex(value),
      ]);
      expect(Object.fromEntries(fields)).toEqual(vector.fields);
    },
  );
});
