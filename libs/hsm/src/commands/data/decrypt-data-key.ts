import { keyCommand } from '../../declare/command.js';
import { bytes, secret, token } from '../../declare/field.js';
import { context, DATA_KEY } from '../fields.js';
import { DATA_KEY_BYTES, openDataKey } from './data-key.js';

export const decryptDataKey = keyCommand({
  name: 'DecryptDataKey',
  group: 'data',
  title: 'gives a data key back to whoever names its encryption context',
  source: 'envelope encryption as in AWS KMS Decrypt',
  roles: ['production'],
  input: { wrapped: token('data key', DATA_KEY), context: context() },
  output: { dataKey: secret(bytes('AES-256 key', { length: DATA_KEY_BYTES })) },
  errors: ['TOKEN_INVALID'],
  rules: ['M12.type-bound', 'M9.one-usage'],
  run(t, { wrapped, context: bound }, env) {
    return { dataKey: t.reveal(openDataKey(t, env, { wrapped, context: bound }).key) };
  },
});
