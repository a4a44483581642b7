import { keyCommand } from '../../declare/command.js';
import { choice, optional, token } from '../../declare/field.js';
import { USAGES } from '../../keys/usages.js';
import { algorithm, checkValue } from '../fields.js';
import { keyPlan } from '../key-plan.js';

/** Keys that a network makes day by day; everything above them comes from a ceremony. */
export const WORKING_USAGES = ['TPK', 'TAK', 'ZPK', 'ZAK'] as const;

export const generateWorkingKey = keyCommand({
  name: 'GenerateWorkingKey',
  group: 'keys',
  title: 'makes a random working key',
  source: 'VSM (generate WK, TCK); PCI PIN Security Requirements, 5',
  roles: ['production', 'keyManager'],
  input: { usage: choice('usage', WORKING_USAGES), algorithm: optional(algorithm()) },
  output: { key: token('working key', { types: ['WK', 'TCK'] }), checkValue: checkValue() },
  errors: ['ALGORITHM_REFUSED'],
  rules: ['M13.no-single-length'],
  run(t, { usage, algorithm: letter }, { mode }) {
    const plan = keyPlan(t, { type: USAGES[usage].type, usage, algorithm: letter, mode });
    const key = t.fresh(plan);
    return { key: t.seal(key, { usage }), checkValue: t.checkValue(key) };
  },
});
