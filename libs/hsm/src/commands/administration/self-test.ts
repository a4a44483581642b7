import { dataCommand } from '../../declare/command.js';
import { flag, list, object, text } from '../../declare/field.js';
import { done } from '../../outcome.js';

export const selfTest = dataCommand({
  name: 'SelfTest',
  group: 'administration',
  title: 'runs all self-tests; one failure puts the device in its error state',
  source: 'FIPS 140-3, 7.10; NIST SP 800-90B, 4.4',
  roles: ['officer', 'auditor'],
  states: ['factory', 'initialised', 'operational'],
  changes: true,
  input: {},
  output: {
    failed: list('tests that failed', text('test', { min: 1, max: 40 }), { min: 0, max: 64 }),
    results: list(
      'every test, in order',
      object('a test', { id: text('test', { min: 1, max: 40 }), passed: flag('passed') }),
      { min: 0, max: 64 },
    ),
  },
  errors: [],
  rules: [],
  run(core) {
    const results = core.administration.selfTest(true);
    return done({ failed: [...core.administration.failedTests], results: [...results] });
  },
});
