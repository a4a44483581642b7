import { wipe } from '@pinfold/crypto';
import { dataCommand } from '../../declare/command.js';
import { bytes, secret, token } from '../../declare/field.js';
import { done } from '../../outcome.js';
import { context, DATA_KEY } from '../fields.js';
import { DATA_KEY_BYTES, sealDataKey } from './data-key.js';

export const generateDataKey = dataCommand({
  name: 'GenerateDataKey',
  group: 'data',
  title: 'makes a data key for envelope encryption: in clear to use, and as a token to keep',
  source: 'envelope encryption as in AWS KMS GenerateDataKey',
  roles: ['production'],
  input: { context: context() },
  output: {
    dataKey: secret(bytes('AES-256 key', { length: DATA_KEY_BYTES })),
    wrapped: token('data key', DATA_KEY),
  },
  errors: [],
  rules: [],
  run(core, { context: bound }) {
    const dataKey = Uint8Array.from(core.random(DATA_KEY_BYTES));
    const copy = Uint8Array.from(dataKey);
    const wrapped = sealDataKey(core, copy, bound);
    wipe(copy);
    return done({ dataKey, wrapped });
  },
});
