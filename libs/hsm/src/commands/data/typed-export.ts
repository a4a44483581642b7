import { keyCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { cryptogram, TYPED_DATA_KEY, TYPED_KEK } from '../fields.js';

export const typedExport = keyCommand({
  name: 'TypedExport',
  group: 'data',
  title: 'data-key export: {DataKey, Ki}KM and {KEKKey, KEKj}KM give {DataKey, Ki}KEKj',
  source: 'typed four-function API, Infocommunications Journal 2008/1',
  roles: ['production'],
  input: { key: token('DataKey', TYPED_DATA_KEY), kek: token('KEKKey', TYPED_KEK) },
  output: { cryptogram: cryptogram() },
  errors: ['TOKEN_INVALID'],
  rules: ['M9.one-usage', 'M12.type-bound'],
  run(t, { key, kek }) {
    const opened = t.open(key, { ...TYPED_DATA_KEY, part: 'key' });
    const under = t.open(kek, { ...TYPED_KEK, part: 'key' });
    return { cryptogram: t.protect(under, opened.key, 'DataKey') };
  },
});
