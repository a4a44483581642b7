import { keyCommand } from '../../declare/command.js';
import { bytes, token } from '../../declare/field.js';

/**
 * A clear communications key becomes a token. Whatever the caller chooses is then a "key": an
 * account number for example, which is the other half of the type-confusion attack.
 */
export const encryptCommsKey = keyCommand({
  name: 'EncryptCommsKey',
  group: 'keys',
  title: 'takes a communications key in clear',
  source: 'VSM; Bond, Attacks on cryptoprocessor transaction sets, CHES 2001',
  roles: ['keyManager'],
  historical: true,
  changes: true,
  input: { key: bytes('clear key', { min: 8, max: 16, step: 8 }) },
  output: { key: token('TCK', { types: ['TCK'] }) },
  errors: ['CLEAR_KEY_REFUSED'],
  rules: ['M12.no-clear-key', 'M13.no-single-length', 'M13.no-weak-key'],
  run(t, { key: clear }) {
    t.rule('M12.no-clear-key', false);
    const algorithm = clear.length === 8 ? 'D' : 'T';
    t.rule('M13.no-single-length', { algorithm });
    const key = t.clear(clear, algorithm);
    t.rule('M13.no-weak-key', { weak: t.isWeak(key) });
    return { key: t.seal(key, { usage: 'TAK' }) };
  },
});
