import { wipe } from '@pinfold/crypto';
import { dataCommand } from '../../declare/command.js';
import { bytes, integer, optional, secret, token } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { context, DATA_KEY } from '../fields.js';
import { DATA_KEY_BYTES, sealDataKey } from './data-key.js';

export const generateDataKey = dataCommand({
  name: 'GenerateDataKey',
  group: 'data',
  title: 'makes a data key for envelope encryption: in clear to use, and as a token to keep',
  source: 'envelope encryption as in AWS KMS GenerateDataKey',
  roles: ['production'],
  input: {
    context: context(),
    uses: optional(integer('how often it may be opened', { min: 1, max: 1_000_000 })),
  },
  output: {
    dataKey: secret(bytes('AES-256 key', { length: DATA_KEY_BYTES })),
    wrapped: token('data key', DATA_KEY),
  },
  errors: ['COUNT_LIMIT', 'COUNT_REFUSED'],
  rules: [],
  run(core, { context: bound, uses }) {
    // An untyped token cannot say that it is counted.
    if (uses !== undefined && core.policy.mode === 'legacy') return refusal('COUNT_REFUSED');
    const dataKey = Uint8Array.from(core.random(DATA_KEY_BYTES));
    const copy = Uint8Array.from(dataKey);
    const wrapped = sealDataKey(core, copy, bound, uses !== undefined);
    wipe(copy);
    if (uses !== undefined && !core.uses.add(wrapped, uses)) return refusal('COUNT_LIMIT');
    return done({ dataKey, wrapped });
  },
});
