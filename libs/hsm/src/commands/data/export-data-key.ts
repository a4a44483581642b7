import { keyCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { context, DATA_KEY, keyBlock, ZONE_KEY } from '../fields.js';
import { openDataKey } from './data-key.js';

export const exportDataKey = keyCommand({
  name: 'ExportDataKey',
  group: 'data',
  title: 'puts a data key under a zone control key, for the institution at the other end',
  source: 'ANSI X9.143',
  roles: ['keyManager'],
  changes: true,
  input: {
    wrapped: token('data key', DATA_KEY),
    zck: token('ZCK', ZONE_KEY),
    context: context(),
  },
  output: { keyBlock: keyBlock() },
  errors: ['TOKEN_INVALID', 'WRAPPING_KEY_WEAK'],
  rules: ['M12.type-bound', 'M9.one-usage', 'M13.strong-wrap', 'M8.key-blocks'],
  run(t, { wrapped, zck, context: bound }, env) {
    const under = t.open(zck, { ...ZONE_KEY, part: 'key' });
    const key = openDataKey(t, env, { wrapped, context: bound });
    t.rule('M13.strong-wrap', { wrapping: under.header, wrapped: key.header });
    return { keyBlock: t.encrypt(under, key.key, { usage: 'DEK' }) };
  },
});
