import { keyCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { context, DATA_KEY, keyBlock, ZONE_KEY } from '../fields.js';
import { DATA_KEY_BYTES, sealDataKey } from './data-key.js';

export const importDataKey = keyCommand({
  name: 'ImportDataKey',
  group: 'data',
  title: 'takes a data key from under a zone control key',
  source: 'ANSI X9.143',
  roles: ['keyManager'],
  changes: true,
  input: { keyBlock: keyBlock(), zck: token('ZCK', ZONE_KEY), context: context() },
  output: { wrapped: token('data key', DATA_KEY) },
  errors: ['TOKEN_INVALID', 'KEY_BLOCK_INVALID'],
  rules: ['M12.type-bound', 'M9.one-usage', 'M8.key-blocks'],
  run(t, { keyBlock: text, zck, context: bound }) {
    const under = t.open(zck, { ...ZONE_KEY, part: 'key' });
    const key = t.decrypt(under, text, 'DEK');
    if (t.lengthOf(key) !== DATA_KEY_BYTES) t.refuse('KEY_BLOCK_INVALID');
    return { wrapped: sealDataKey(t, key, bound) };
  },
});
