/** One case of a vector file: which operation it asks for, and whether that gives what it expects. */
import { InputError } from '@pinfold/crypto';
import { isRecord, NoCase } from './file.js';
import { inputsOf } from './inputs.js';
import type { Outputs, VectorCase, VectorOps } from './types.js';

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

/** The id of a case, for reports; its place in the file (from 1) where it has none. */
export function idOf(one: VectorCase | NoCase, place: number): string {
  return isRecord(one) && typeof one.id === 'string' ? one.id : `(no id, case ${place})`;
}

/** Runs a case: what is wrong with it, or an empty text. */
export function faultOf(one: VectorCase | NoCase, ops: VectorOps): string {
  if (one instanceof NoCase) return one.why;
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
