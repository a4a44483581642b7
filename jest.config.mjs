/** One Jest project for the whole monorepo: specs live beside what they test, end-to-end tests in test/. */
const libs = [
  'crypto',
  'pin',
  'keyblock',
  'emv',
  'hsm',
  'hsm-client',
  'host-commands',
  'lab',
  'iso8583',
  'messages',
  'flows',
  'institution',
  'bus',
  'storage',
  'simulation',
  'platform',
  'vectors',
];

export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/{apps,libs,test,bench}/**/*.spec.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { module: { type: 'es6' } }],
  },
  moduleNameMapper: {
    ...Object.fromEntries(
      libs.map((lib) => [`^@pinfold/${lib}$`, `<rootDir>/libs/${lib}/src/index.ts`]),
    ),
    '^@pinfold/keyblock/tr34$': '<rootDir>/libs/keyblock/src/tr34/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  testTimeout: 90_000,
};
