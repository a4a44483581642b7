import { keyCommand } from '../../declare/command.js';
import { choice, token } from '../../declare/field.js';
import { keyPlan } from '../key-plan.js';

const KINDS = { DataKey: 'DEK', KEKKey: 'KEK' } as const;

export const generateTypedKey = keyCommand({
  name: 'GenerateTypedKey',
  group: 'data',
  title: 'makes a key of the typed API: {DataKey, Ki}KM or {KEKKey, KEKj}KM',
  source: 'typed four-function API, Infocommunications Journal 2008/1',
  roles: ['keyManager'],
  changes: true,
  input: { kind: choice('what the key is for', ['DataKey', 'KEKKey']) },
  output: { key: token('key', { types: ['TCK'], usages: ['DEK', 'KEK'] }) },
  errors: [],
  rules: [],
  run(t, { kind }, { mode }) {
    const usage = KINDS[kind];
    const algorithm = mode === 'legacy' ? 'T' : 'A';
    const plan = keyPlan(t, { type: 'TCK', usage, algorithm, mode });
    return { key: t.seal(t.fresh(plan), { usage, exportability: 'N' }) };
  },
});
