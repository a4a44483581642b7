import { keyCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { USAGES, type UsageFacts } from '../../keys/usages.js';
import { checkValue, keyBlock, TRANSPORT_KEY, WORKING_KEY } from '../fields.js';

export const exportKey = keyCommand({
  name: 'ExportKey',
  group: 'keys',
  title: 'puts a key under a zone control key or a terminal master key',
  source: 'ANSI X9.143; PCI PIN Security Requirements, 18-3',
  roles: ['production', 'keyManager'],
  input: { key: token('key', WORKING_KEY), under: token('ZCK or TMK', TRANSPORT_KEY) },
  output: { keyBlock: keyBlock(), checkValue: checkValue() },
  errors: ['TOKEN_INVALID', 'EXPORT_REFUSED', 'WRAPPING_KEY_WEAK'],
  rules: ['M12.type-bound', 'M9.one-usage', 'M13.exportable', 'M13.strong-wrap', 'M8.key-blocks'],
  run(t, { key: token_, under }) {
    const key = t.open(token_, { ...WORKING_KEY, part: 'key' });
    const wrapping = t.open(under, { ...TRANSPORT_KEY, part: 'key' });
    const { transport }: UsageFacts = USAGES[key.header.usage];
    const goes = transport.includes(wrapping.header.type);
    t.rule('M13.exportable', { exportability: goes ? key.header.exportability : 'N' });
    t.rule('M13.strong-wrap', { wrapping: wrapping.header, wrapped: key.header });
    return {
      keyBlock: t.encrypt(wrapping, key.key, { usage: key.header.usage }),
      checkValue: t.checkValue(key.key),
    };
  },
});
