/** Operations of iso8583.json: packing, with parsing of what was packed as a second check. */
import { fromHex, InputError, toHex } from '@pinfold/crypto';
import {
  type Encoding,
  type FieldTable,
  type FieldValue,
  type Packaging,
  pack,
  packaging,
  parse,
} from '@pinfold/iso8583';
import type { Inputs, Outputs, VectorOps } from '../types.js';

type Texts = Readonly<Record<string, string>>;

function record(c: Inputs, name: string): Texts {
  const value = c.raw[name];
  if (typeof value === 'object' && value !== null) return value as Texts;
  throw new InputError('VECTOR_INPUT', `the case needs an object named ${name}`);
}

function packagingOf(c: Inputs): Packaging {
  const formats = record(c, 'formats');
  const fields: FieldTable = Object.fromEntries(
    Object.entries(formats).map(([n, format]) => [n, { format, name: `DE ${n}` }]),
  );
  return packaging({
    fields,
    encoding: record(c, 'encoding') as unknown as Encoding,
    fieldEncoding: c.has('fieldEncoding')
      ? (record(c, 'fieldEncoding') as Record<number, 'ascii' | 'bcd' | 'binary'>)
      : undefined,
    alwaysSecondary: c.has('alwaysSecondary'),
  });
}

/** Binary fields are hex in a case, bytes in a message. */
function fieldsOf(c: Inputs): Record<number, FieldValue> {
  const formats = record(c, 'formats');
  return Object.fromEntries(
    Object.entries(record(c, 'fields')).map(([n, value]) => [
      n,
      formats[n]?.startsWith('b ') ? fromHex(value) : value,
    ]),
  );
}

function parsed(bytes: Uint8Array, how: Packaging): Outputs {
  const message = parse(bytes, how);
  if (!message.ok) return { error: true, code: message.code };
  const fields = Object.entries(message.value.fields).map(([n, value]) => [
    n,
    typeof value === 'string' ? value : toHex(value),
  ]);
  return { mti: message.value.mti, fields: Object.fromEntries(fields) };
}

function packOp(c: Inputs): Outputs {
  const how = packagingOf(c);
  const bytes = pack({ mti: c.text('mti'), fields: fieldsOf(c) }, how);
  const back = parsed(bytes, how);
  const same = JSON.stringify(back.fields) === JSON.stringify(record(c, 'fields'));
  return same ? { packed: toHex(bytes) } : { error: true, code: 'ROUND_TRIP' };
}

export const ISO8583_OPS: VectorOps = {
  'iso8583-pack': packOp,
  'iso8583-parse': (c) => parsed(c.bytes('packed'), packagingOf(c)),
};
