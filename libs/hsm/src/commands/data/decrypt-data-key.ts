import { dataCommand } from '../../declare/command.js';
import { bytes, secret, token } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { context, DATA_KEY } from '../fields.js';
import { DATA_KEY_BYTES, openDataKey } from './data-key.js';

export const decryptDataKey = dataCommand({
  name: 'DecryptDataKey',
  group: 'data',
  title: 'gives a data key back to whoever names its encryption context',
  source: 'envelope encryption as in AWS KMS Decrypt',
  roles: ['production'],
  input: { wrapped: token('data key', DATA_KEY), context: context() },
  output: { dataKey: secret(bytes('AES-256 key', { length: DATA_KEY_BYTES })) },
  errors: ['TOKEN_INVALID'],
  rules: ['M12.type-bound', 'M9.one-usage'],
  run(core, { wrapped, context: bound }) {
    const key = openDataKey(core, wrapped, bound);
    if (key === undefined) return refusal('TOKEN_INVALID');
    return done({ dataKey: Uint8Array.from(key.exposeBytes()) });
  },
});
