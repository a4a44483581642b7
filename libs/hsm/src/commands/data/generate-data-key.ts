import { keyCommand } from '../../declare/command.js';
import { bytes, integer, optional, secret, token } from '../../declare/field.js';
import { context, DATA_KEY } from '../fields.js';
import { DATA_KEY_BYTES, sealDataKey } from './data-key.js';

export const generateDataKey = keyCommand({
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
  run(t, { context: bound, uses: count }, { mode, uses }) {
    const counted = count !== undefined;
    // An untyped token cannot say that it is counted.
    if (counted && mode === 'legacy') t.refuse('COUNT_REFUSED');
    const key = t.fresh({ algorithm: 'A', lengthBytes: DATA_KEY_BYTES });
    const wrapped = sealDataKey(t, key, bound, counted);
    if (counted && !uses.add(wrapped, count)) t.refuse('COUNT_LIMIT');
    return { dataKey: t.reveal(key), wrapped };
  },
});
