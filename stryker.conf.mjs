/**
 * Mutation testing of the payment arithmetic: `npm run mutation`, or for one file
 * `npm run mutation -- -m libs/pin/src/visa-pvv.ts`. The Jest configuration is the one of `npm test`.
 */
import jest from './jest.config.mjs';

export default {
  packageManager: 'npm',
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  plugins: ['@stryker-mutator/jest-runner'],
  jest: {
    projectType: 'custom',
    enableFindRelatedTests: false,
    config: { ...jest, testMatch: ['<rootDir>/libs/{pin,keyblock,emv}/**/*.spec.ts'] },
  },
  mutate: ['libs/{pin,keyblock,emv}/src/**/*.ts', '!libs/**/*.spec.ts', '!libs/**/index.ts'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 20_000,
  ignorePatterns: ['dist', '.pinfold', '.cache', '/coverage', '/reports', '/docs'],
  reporters: ['clear-text', 'progress'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  tempDirName: '.stryker-tmp',
  thresholds: { high: 97, low: 95, break: 95 },
};
