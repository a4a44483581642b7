import { MAX_CUSTODIANS } from '../../administration/ceremonies.js';
import { keyCommand } from '../../declare/command.js';
import { list, optional, token } from '../../declare/field.js';
import { KEY_TYPE_NAMES } from '../../keys/key-types.js';
import { resolveUsage } from '../../keys/usages.js';
import { checkValue, keyType, usage } from '../fields.js';

/**
 * XORs shares into a key and seals it. Without its rules this is the VSM's command: the same share
 * twice gives the zero key, which is the share-reuse attack.
 */
export const combineKeyShares = keyCommand({
  name: 'CombineKeyShares',
  group: 'shares',
  title: 'combines the shares of a ceremony into the key, and closes the ceremony',
  source: 'VSM; PCI PIN Security Requirements, 12 (components)',
  roles: ['custodian'],
  changes: true,
  input: {
    type: keyType(),
    usage: optional(usage()),
    shares: list('shares', token('share', { types: KEY_TYPE_NAMES, part: 'share' }), {
      min: 1,
      max: MAX_CUSTODIANS,
    }),
  },
  output: { key: token('key', { types: KEY_TYPE_NAMES }), checkValue: checkValue() },
  errors: [
    'TOKEN_INVALID',
    'SHARE_REUSED',
    'SHARE_OF_OTHER_CEREMONY',
    'CUSTODIAN_REPEATED',
    'SHARES_INCOMPLETE',
    'SHARE_USED',
    'KEY_WEAK',
  ],
  rules: [
    'M12.type-bound',
    'M10.distinct-shares',
    'M10.one-ceremony',
    'M10.distinct-custodians',
    'M10.complete',
    'M10.unused-shares',
    'M13.no-weak-key',
  ],
  run(t, { type, usage: wanted, shares }, { ceremonies }) {
    const opened = shares.map((share) => t.open(share, { types: [type], part: 'share' }));
    const headers = opened.map((share) => share.header);
    t.rule('M10.distinct-shares', { shares: headers });
    t.rule('M10.one-ceremony', { shares: headers });
    t.rule('M10.distinct-custodians', { shares: headers });
    t.rule('M10.complete', { shares: headers });
    const ceremony = headers[0]!.share?.ceremony;
    t.rule('M10.unused-shares', ceremony !== undefined && ceremonies.find(ceremony) !== undefined);
    const key = opened.map((share) => share.key).reduce((a, b) => t.xor(a, b));
    t.rule('M13.no-weak-key', { weak: t.isWeak(key) });
    if (ceremony !== undefined) ceremonies.close(ceremony);
    const typed = headers[0]!.typed ? headers[0]!.usage : undefined;
    const usageName = typed ?? resolveUsage(type, wanted) ?? t.refuse('TOKEN_INVALID');
    return { key: t.seal(key, { usage: usageName }), checkValue: t.checkValue(key) };
  },
});
