/**
 * Runs vector files through the libraries. A case passes when every output it expects comes out; a
 * case whose operation is not known, or which expects an output that the operation does not have,
 * fails.
 */
import { faultOf, idOf } from './case.js';
import { casesOf } from './file.js';
import { ALL_OPS } from './ops/index.js';
import type { VectorOps, VectorReport } from './types.js';

/**
 * Runs one parsed file.
 * @param name how the file is called in the report
 * @param ops further operations, for cases that need an engine above these libraries (host
 * commands, attacks)
 */
export function runVectorFile(json: unknown, name: string, ops: VectorOps = {}): VectorReport {
  const table: VectorOps = { ...ALL_OPS, ...ops };
  const cases = casesOf(json);
  if (cases === undefined) return failedFile(name, 'not a vector file: no cases and no tables');
  if (cases.length === 0) return failedFile(name, 'the file holds no case');
  const reports = cases.map((one, index) => {
    const why = faultOf(one, table);
    return { file: name, id: idOf(one, index + 1), ok: why === '', why };
  });
  const passed = reports.filter((report) => report.ok).length;
  return { passed, failed: reports.length - passed, cases: reports };
}

function failedFile(file: string, why: string): VectorReport {
  return { passed: 0, failed: 1, cases: [{ file, id: '(file)', ok: false, why }] };
}

/** Several reports as one. */
export function mergeReports(reports: readonly VectorReport[]): VectorReport {
  return {
    passed: reports.reduce((sum, report) => sum + report.passed, 0),
    failed: reports.reduce((sum, report) => sum + report.failed, 0),
    cases: reports.flatMap((report) => report.cases),
  };
}
