/**
 * Runs vector files through the libraries. A case passes when every output it expects comes out; a
 * case whose operation is not known, or which expects an output that the operation does not have,
 * fails.
 */
import { casesOf, faultOf, idOf } from './case.js';
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
  if (cases === undefined) {
    const why = 'not a vector file: no cases and no tables';
    return { passed: 0, failed: 1, cases: [{ file: name, id: '(file)', ok: false, why }] };
  }
  const reports = cases.map((one) => {
    const why = faultOf(one, table);
    return { file: name, id: idOf(one), ok: why === '', why };
  });
  const passed = reports.filter((report) => report.ok).length;
  return { passed, failed: reports.length - passed, cases: reports };
}

/** Several reports as one. */
export function mergeReports(reports: readonly VectorReport[]): VectorReport {
  return {
    passed: reports.reduce((sum, report) => sum + report.passed, 0),
    failed: reports.reduce((sum, report) => sum + report.failed, 0),
    cases: reports.flatMap((report) => report.cases),
  };
}
