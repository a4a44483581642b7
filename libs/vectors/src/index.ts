/** Runs known-answer vectors, in the format of vectors/README.md, through the libraries. */
export { operationOf } from './case.js';
export { rowsOf } from './file.js';
export { ALL_OPS } from './ops/index.js';
export { mergeReports, runVectorFile } from './run.js';
export type {
  CaseReport,
  Inputs,
  Outputs,
  VectorCase,
  VectorFile,
  VectorOp,
  VectorOps,
  VectorReport,
  VectorTable,
} from './types.js';
