/** A Jest reporter that writes the counts to the file that TEST_COUNTS_FILE names. */
import { writeFileSync } from 'node:fs';

export default class PlainReporter {
  onRunComplete(_contexts, results) {
    const target = process.env.TEST_COUNTS_FILE;
    if (!target) return;
    const brokenSuites = results.numRuntimeErrorTestSuites;
    writeFileSync(
      target,
      JSON.stringify({
        passed: results.numPassedTests,
        failed: results.numFailedTests + brokenSuites,
        skipped: results.numPendingTests + results.numTodoTests,
      }),
    );
  }
}
