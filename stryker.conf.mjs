/**
 * Mutation testing of one part of the code, `MUTATION_PART`; started by scripts/mutation.mjs (`npm run
 * mutation`), which judges the survivors. All specs of the part run as one Jest file and stop at
 * the first failure: see test/mutation/specs.ts. All mutators of Stryker are on, those of texts
 * too: the words of a refusal are part of what a user meets. Mutants of tables that are made while
 * a module loads ("static") are not ignored either, although each runs every test.
 */
import jest from './jest.config.mjs';
import { PARTS } from './scripts/mutation/parts.mjs';

const part = process.env.MUTATION_PART;
const { folder, except } = PARTS[part];

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
      testMatch: ['<rootDir>/test/mutation/specs.ts'],
    },
  },
  mutate: [
    `${folder}/**/*.ts`,
    ...(except === undefined ? [] : [`!${except}/**`]),
    '!libs/**/*.spec.ts',
    '!libs/**/testing.ts',
    '!libs/**/index.ts',
  ],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 60_000,
  ignorePatterns: ['dist', '.pinfold', '.cache', '/coverage', '/reports', '/docs'],
  reporters: ['progress-append-only', 'json'],
  jsonReporter: { fileName: `reports/mutation-${part}.json` },
  warnings: { slow: false },
  tempDirName: '.stryker-tmp',
};
