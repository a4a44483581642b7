/** One case of a vector file: which operation it asks for, and whether that gives what it expects. */
import { InputError } from '@pinfold/crypto';
import { inputsOf } from './inputs.js';
import type { Outputs, VectorCase, VectorFile, VectorOps, VectorTable } from './types.js';

/** Expectations that may be the left-most part of what comes out. */
const TRUNCATABLE = new Set([
  'mac',
  'checkValue',
  'arpc',
  'arqc',
  'macRequest',
  'macResponse',
  'cmacRequest',
  'cmacResponse',
]);

/**
 * The operation of a case: its `op`, or what its shape says in files whose cases are facts of a
 * table.
 */
export function operationOf(one: VectorCase): string {
  if (typeof one.op === 'string') return one.op;
  if (typeof one.kind === 'string') return `lmk-${one.kind}`;
  if ('command' in one) return 'host-command';
  if ('code' in one) return 'host-error';
  if ('format' in one) return 'pin-block-code';
  if ('enciphered' in one) return 'decimalisation-example';
  if ('pinDigits' in one) return 'decimalisation-cost';
  return '(none)';
}

/** The id of a case, for reports. */
export function idOf(one: VectorCase): string {
  return isRecord(one) && typeof one.id === 'string' ? one.id : '(no id)';
}

/** Runs a case: what is wrong with it, or an empty text. */
export function faultOf(one: VectorCase, ops: VectorOps): string {
  if (!isRecord(one) || !isRecord(one.expect) || Object.keys(one.expect).length === 0) {
    return 'not a case: it must be an object with expect';
  }
  const name = operationOf(one);
  const op = Object.hasOwn(ops, name) ? ops[name] : undefined;
  if (op === undefined) return `unknown operation ${name}`;
  let outputs: Outputs;
  try {
    outputs = op(inputsOf(one));
  } catch (error) {
    if (!(error instanceof InputError)) return `the operation failed: ${(error as Error)?.name}`;
    if (error.code === 'VECTOR_INPUT') return error.message;
    outputs = { error: true, code: error.code };
  }
  return compare(one.expect, outputs);
}

function compare(expect: VectorCase['expect'], outputs: Outputs): string {
  const wrong = Object.keys(expect).filter((key) => !matches(key, expect[key], outputs[key]));
  if (wrong.length === 0) return '';
  const refusal =
    outputs.error === true ? ` (refused${outputs.code ? `: ${outputs.code}` : ''})` : '';
  return `differs in ${wrong.join(', ')}${refusal}`;
}

function matches(key: string, expected: unknown, actual: unknown): boolean {
  if (typeof expected === 'string' && typeof actual === 'string') {
    return TRUNCATABLE.has(key) && expected.length > 0
      ? actual.startsWith(expected)
      : actual === expected;
  }
  return actual !== undefined && JSON.stringify(actual) === JSON.stringify(expected);
}

/** All cases of a parsed file, those of its tables too; undefined when it is none. */
export function casesOf(json: unknown): VectorCase[] | undefined {
  if (!isRecord(json)) return undefined;
  const { cases, tables } = json as unknown as VectorFile;
  if (!Array.isArray(cases) && !Array.isArray(tables)) return undefined;
  return [...(cases ?? []), ...(tables ?? []).flatMap(rowsOf)];
}

/** The cases that a table stands for. */
export function rowsOf(table: VectorTable): VectorCase[] {
  return table.rows.map((row, index) => {
    const inputs: Record<string, unknown> = { ...table.constants };
    const expect: Record<string, unknown> = {};
    table.columns.forEach((column, i) => {
      if (column.startsWith('=')) expect[column.slice(1)] = row[i];
      else inputs[column] = row[i];
    });
    return { ...inputs, id: `${table.id}-${index}`, op: table.op, expect };
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
