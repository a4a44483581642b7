import { dataCommand } from '../../declare/command.js';
import { done } from '../../outcome.js';

export const tamper = dataCommand({
  name: 'Tamper',
  group: 'administration',
  title: 'erases keys and caches; the device answers only status and audit from then on',
  source: 'FIPS 140-3, 7.9.7 (zeroisation); PCI HSM, A',
  roles: ['officer'],
  states: ['factory', 'initialised', 'operational', 'error'],
  changes: true,
  input: {},
  output: {},
  errors: [],
  rules: [],
  run(core) {
    core.tamper();
    return done({});
  },
});
