/** Runs known-answer vectors, in the format of vectors/README.md, through the libraries. */
export { ALL_OPS } from './ops/index.js';
export { mergeReports, operationOf, rowsOf, runVectorFile } from './run.js';
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
