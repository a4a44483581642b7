import { MAX_CUSTODIANS, MIN_CUSTODIANS } from '../../administration/ceremonies.js';
import { keyCommand } from '../../declare/command.js';
import { list, optional, text } from '../../declare/field.js';
import { algorithm, ceremonyId, keyType, usage } from '../fields.js';
import { keyPlan } from '../key-plan.js';

export const openCeremony = keyCommand({
  name: 'OpenCeremony',
  group: 'shares',
  title: 'opens a key ceremony: which key, and whose components it is made of',
  source: 'PCI PIN Security Requirements, 12; ANSI X9.24-1',
  roles: ['keyManager'],
  changes: true,
  limit: 'ceremonies',
  input: {
    type: keyType(),
    usage: optional(usage()),
    algorithm: optional(algorithm()),
    custodians: list('names of the custodians', text('name', { min: 1, max: 64 }), {
      min: MIN_CUSTODIANS,
      max: MAX_CUSTODIANS,
    }),
  },
  output: { ceremony: ceremonyId() },
  errors: ['USAGE_REFUSED', 'ALGORITHM_REFUSED', 'CUSTODIAN_REPEATED', 'CEREMONY_LIMIT'],
  rules: ['M13.no-single-length'],
  run(t, { type, usage: wanted, algorithm: letter, custodians }, { mode, ceremonies }) {
    const plan = keyPlan(t, { type, usage: wanted, algorithm: letter, mode });
    if (new Set(custodians).size !== custodians.length) t.refuse('CUSTODIAN_REPEATED');
    const ceremony = ceremonies.open({ type, ...plan, custodians });
    return { ceremony: ceremony?.id ?? t.refuse('CEREMONY_LIMIT') };
  },
});
