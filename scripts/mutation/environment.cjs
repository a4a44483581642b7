/**
 * Jest environment for mutation testing: after the first failed test the others are skipped, since
 * one is enough to kill a mutant. CommonJS, because Stryker's Jest runner loads it with `require`.
 */
const { TestEnvironment } = require('jest-environment-node');

module.exports = class StopAtFirstFailure extends TestEnvironment {
  #failed = false;

  handleTestEvent(event) {
    if (event.name === 'test_fn_failure') this.#failed = true;
    if (event.name === 'test_start' && this.#failed) event.test.mode = 'skip';
  }
};
