import { keyCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { cryptogram, TYPED_DATA_KEY, TYPED_KEK } from '../fields.js';

export const typedImport = keyCommand({
  name: 'TypedImport',
  group: 'data',
  title: 'data-key import: {DataKey, Ki}KEKj and {KEKKey, KEKj}KM give {DataKey, Ki}KM',
  source: 'typed four-function API, Infocommunications Journal 2008/1',
  roles: ['production'],
  input: { cryptogram: cryptogram(), kek: token('KEKKey', TYPED_KEK) },
  output: { key: token('DataKey', TYPED_DATA_KEY) },
  errors: ['TOKEN_INVALID', 'CRYPTOGRAM_INVALID'],
  rules: ['M9.one-usage', 'M12.type-bound'],
  run(t, { cryptogram: text, kek }) {
    const under = t.open(kek, { ...TYPED_KEK, part: 'key' });
    const key = t.unprotect(under, text, 'DataKey');
    return { key: t.seal(key, { usage: 'DEK', exportability: 'N' }) };
  },
});
