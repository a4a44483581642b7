/** A Jest reporter that writes the counts to the file that PINFOLD_TEST_COUNTS names. */
import { writeFileSync } from 'node:fs';

export default class PlainReporter {
  onRunComplete(_contexts, results) {
    const target = process.env.PINFOLD_TEST_COUNTS;
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
