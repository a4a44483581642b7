/** Whole networks in one thread from one seed: virtual time, faults, checkers. */
export { simulate } from './command.js';
export { drawFaults, type Faults, NO_FAULTS } from './faults.js';
export type { Violation } from './monitor.js';
export { type RunOptions, type RunResult, run, WITHDRAWALS } from './run.js';
