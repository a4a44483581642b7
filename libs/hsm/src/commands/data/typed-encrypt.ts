import { keyCommand } from '../../declare/command.js';
import { bytes, token } from '../../declare/field.js';
import { MAX_TAGGED_BYTES } from '../../tokens/tagged.js';
import { cryptogram, TYPED_DATA_KEY } from '../fields.js';

export const typedEncrypt = keyCommand({
  name: 'TypedEncrypt',
  group: 'data',
  title: 'data encrypt: x and {DataKey, Ki}KM give {TData, x}Ki',
  source: 'typed four-function API, Infocommunications Journal 2008/1',
  roles: ['production'],
  input: {
    key: token('DataKey', TYPED_DATA_KEY),
    data: bytes('data', { min: 1, max: MAX_TAGGED_BYTES }),
  },
  output: { cryptogram: cryptogram() },
  errors: ['TOKEN_INVALID'],
  rules: ['M9.one-usage', 'M12.type-bound'],
  run(t, { key, data }) {
    const opened = t.open(key, { ...TYPED_DATA_KEY, part: 'key' });
    return { cryptogram: t.protect(opened, t.clear(data, 'A'), 'TData') };
  },
});
