import { keyCommand } from '../../declare/command.js';
import { optional, token } from '../../declare/field.js';
import { KEY_TYPE_NAMES } from '../../keys/key-types.js';
import { checkValue, keyBlock, usageName, ZONE_KEY } from '../fields.js';

export const importKey = keyCommand({
  name: 'ImportKey',
  group: 'keys',
  title: 'takes a key from under a zone control key',
  source: 'ANSI X9.143; PCI PIN Security Requirements, 18-3',
  roles: ['production', 'keyManager'],
  input: {
    keyBlock: keyBlock(),
    under: token('ZCK', ZONE_KEY),
    usage: usageName(),
    checkValue: optional(checkValue()),
  },
  output: { key: token('key', { types: KEY_TYPE_NAMES }), checkValue: checkValue() },
  errors: [
    'TOKEN_INVALID',
    'IMPORT_REFUSED',
    'KEY_BLOCK_INVALID',
    'KEY_TOO_SHORT',
    'KEY_WEAK',
    'CHECK_VALUE_WRONG',
  ],
  rules: [
    'M12.type-bound',
    'M9.one-usage',
    'M13.importable',
    'M8.key-blocks',
    'M13.no-single-length',
    'M13.no-weak-key',
  ],
  run(t, { keyBlock: text, under, usage, checkValue: expected }) {
    const wrapping = t.open(under, { ...ZONE_KEY, part: 'key' });
    // X9.143 has one code, K1, for the keys that wrap others: it cannot tell a zone's from a terminal's.
    t.rule('M13.importable', { from: wrapping.header.type, usage });
    const key = t.decrypt(wrapping, text, usage);
    t.rule('M13.no-single-length', { algorithm: t.algorithmOf(key) });
    t.rule('M13.no-weak-key', { weak: t.isWeak(key) });
    const actual = t.checkValue(key);
    if (expected !== undefined && expected !== actual) t.refuse('CHECK_VALUE_WRONG');
    // What came from another bank goes no further.
    return { key: t.seal(key, { usage, exportability: 'N' }), checkValue: actual };
  },
});
