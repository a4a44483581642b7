/** The direction of dependencies between libs, as docs/architecture.md draws it. Nothing may go round. */
const MAY_USE = {
  crypto: [],
  iso8583: ['crypto'],
  pin: ['crypto'],
  keyblock: ['crypto', 'pin'],
  emv: ['crypto', 'pin'],
  vectors: ['crypto', 'pin', 'keyblock', 'emv', 'hsm', 'iso8583', 'host-commands'],
  platform: [],
  hsm: ['crypto', 'pin', 'keyblock', 'emv'],
  'hsm-client': ['crypto', 'hsm', 'platform', 'host-commands'],
  'host-commands': ['hsm'],
  lab: ['crypto', 'pin', 'keyblock', 'hsm', 'hsm-client'],
  messages: ['crypto', 'iso8583'],
  bus: ['crypto', 'messages', 'platform'],
  flows: ['crypto', 'pin', 'keyblock', 'iso8583', 'messages', 'hsm-client'],
  storage: ['crypto', 'flows', 'messages', 'platform'],
  institution: ['crypto', 'hsm', 'hsm-client', 'messages', 'flows', 'platform', 'bus', 'storage'],
  simulation: ['crypto', 'pin', 'keyblock', 'iso8583', 'messages', 'hsm', 'hsm-client', 'flows'],
};

const EDGE_LIBS = '^libs/(bus|storage|platform)/';

const betweenLibs = Object.entries(MAY_USE).map(([lib, allowed]) => ({
  name: `${lib}-may-use`,
  severity: 'error',
  from: { path: `^libs/${lib}/` },
  to: { path: '^libs/', pathNot: `^libs/(${[lib, ...allowed].join('|')})/` },
}));

export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'libs-never-import-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-meet-only-in-the-composition',
      comment:
        'ATM, switch, issuer and HSM talk over the bus; only apps/pinfold puts them together',
      severity: 'error',
      from: { path: '^apps/(?!pinfold/)([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'frameworks-only-at-the-edge',
      severity: 'error',
      from: { path: '^libs/', pathNot: EDGE_LIBS },
      to: { path: 'node_modules/(@nestjs|typeorm|kafkajs|pg|pino|prom-client)/' },
    },
    {
      name: 'nothing-in-production-uses-the-lab',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: '^(libs/lab|apps/pinfold/src/commands)/' },
      to: { path: '^libs/lab/' },
    },
    ...betweenLibs,
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.(spec|contract)\\.ts$' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node'],
    },
  },
};
