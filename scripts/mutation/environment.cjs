/**
 * Jest environment for mutation testing. CommonJS, because Stryker's Jest runner loads it with
 * `require`.
 *
 * - After the first failed test the others are skipped, since one is enough to kill a mutant.
 * - What was quick in the first run, without a mutant, runs first: the outermost groups are sorted
 *   by how long they took. Within a group the order stays, because the last test of some counts what
 *   the others saw.
 * - RSA keys are made once in a process and not once for every mutant: the specs' n-th key of a
 *   size is the same in each run.
 */
const crypto = require('node:crypto');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { TestEnvironment } = require('jest-environment-node');

/** In Stryker's copy of the repository, which goes away with its run. */
const TIMES = join(process.cwd(), '.mutation-times.json');

const made = new Map();
const asked = new Map();
remember(crypto, 'generateKeyPairSync');
remember(Object.getPrototypeOf(crypto.webcrypto.subtle), 'generateKey');

/** Has a generator of keys answer its n-th call of a run as it answered that of the first run. */
function remember(owner, name) {
  const generate = owner[name];
  owner[name] = function (...input) {
    const what = `${name} ${JSON.stringify(input)}`;
    asked.set(what, (asked.get(what) ?? 0) + 1);
    const which = `${what} ${asked.get(what)}`;
    if (!made.has(which)) made.set(which, generate.apply(this, input));
    return made.get(which);
  };
}

module.exports = class MutationEnvironment extends TestEnvironment {
  #failed = false;
  #times = {};

  constructor(...input) {
    super(...input);
    asked.clear();
  }

  handleTestEvent(event, state) {
    if (event.name === 'run_start') this.#sort(state.rootDescribeBlock);
    if (event.name === 'test_fn_failure') this.#failed = true;
    if (event.name === 'test_start' && this.#failed) event.test.mode = 'skip';
    if (event.name === 'test_done') this.#count(event.test);
    if (event.name === 'run_finish' && process.env.__STRYKER_ACTIVE_MUTANT__ === undefined) {
      writeFileSync(TIMES, JSON.stringify(this.#times));
    }
  }

  #sort(root) {
    if (!existsSync(TIMES)) return;
    const times = JSON.parse(readFileSync(TIMES, 'utf8'));
    const time = ({ name }) => times[name] ?? 0;
    root.children.sort((a, b) => time(a) - time(b));
  }

  #count(test) {
    let outermost = test;
    while (outermost.parent?.parent) outermost = outermost.parent;
    this.#times[outermost.name] = (this.#times[outermost.name] ?? 0) + (test.duration ?? 0);
  }
};
