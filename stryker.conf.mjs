/**
 * Mutation testing of one library, `MUTATION_LIB`; started by scripts/mutation.mjs (`npm run
 * mutation`), which judges the survivors. All specs of the library run as one Jest file and stop at
 * the first failure: see scripts/mutation/specs.ts. All mutators of Stryker are on, those of texts
 * too: the words of a refusal are part of what a user meets. Mutants of tables that are made while
 * a module loads ("static") are not ignored either, although each runs every test.
 */
import jest from './jest.config.mjs';

const lib = process.env.MUTATION_LIB;

export default {
  packageManager: 'npm',
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  plugins: ['@stryker-mutator/jest-runner'],
  jest: {
    projectType: 'custom',
    enableFindRelatedTests: false,
    config: {
      ...jest,
      testEnvironment: './scripts/mutation/environment.cjs',
      testMatch: ['<rootDir>/scripts/mutation/specs.ts'],
    },
  },
  mutate: [`libs/${lib}/src/**/*.ts`, '!libs/**/*.spec.ts', '!libs/**/index.ts'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 10_000,
  ignorePatterns: ['dist', '.pinfold', '.cache', '/coverage', '/reports', '/docs'],
  reporters: ['progress-append-only', 'json'],
  jsonReporter: { fileName: `reports/mutation-${lib}.json` },
  warnings: { slow: false },
  tempDirName: '.stryker-tmp',
};
