import { keyCommand } from '../../declare/command.js';
import { bytes, token } from '../../declare/field.js';
import { MAX_TAGGED_BYTES } from '../../tokens/tagged.js';
import { cryptogram, TYPED_DATA_KEY } from '../fields.js';

export const typedDecrypt = keyCommand({
  name: 'TypedDecrypt',
  group: 'data',
  title: 'data decrypt: {TData, x}Ki and {DataKey, Ki}KM give x',
  source: 'typed four-function API, Infocommunications Journal 2008/1',
  roles: ['production'],
  input: { key: token('DataKey', TYPED_DATA_KEY), cryptogram: cryptogram() },
  output: { data: bytes('data', { min: 1, max: MAX_TAGGED_BYTES }) },
  errors: ['TOKEN_INVALID', 'CRYPTOGRAM_INVALID'],
  rules: ['M9.one-usage', 'M12.type-bound'],
  run(t, { key, cryptogram: text }) {
    const opened = t.open(key, { ...TYPED_DATA_KEY, part: 'key' });
    return { data: t.reveal(t.unprotect(opened, text, 'TData')) };
  },
});
