import { MAX_CUSTODIANS, MIN_CUSTODIANS } from '../../administration/ceremonies.js';
import { keyCommand } from '../../declare/command.js';
import { integer, list, optional, text, token } from '../../declare/field.js';
import { KEY_TYPE_NAMES } from '../../keys/key-types.js';
import { custodianDigest } from '../../tokens/header.js';
import { algorithm, ceremonyId, keyType, usage } from '../fields.js';
import { keyPlan } from '../key-plan.js';

/**
 * Makes n random shares; the key is their XOR, and exists nowhere yet. Each clear component goes to
 * its custodian in a sealed envelope, each token to the host.
 */
export const generateKeyShares = keyCommand({
  name: 'GenerateKeyShares',
  group: 'shares',
  title: 'makes the shares of a new key: components to the custodians, tokens to the host',
  source: 'VSM; PCI PIN Security Requirements, 12 (components)',
  roles: ['keyManager'],
  changes: true,
  limit: 'ceremonies',
  input: {
    type: keyType(),
    usage: optional(usage()),
    algorithm: optional(algorithm()),
    shares: integer('number of shares', { min: MIN_CUSTODIANS, max: MAX_CUSTODIANS }),
    custodians: optional(
      list('names of the custodians; default custodian-1 …', text('name', { min: 1, max: 64 }), {
        min: MIN_CUSTODIANS,
        max: MAX_CUSTODIANS,
      }),
    ),
    ceremony: optional(ceremonyId()),
  },
  output: {
    shares: list('shares', token('share', { types: KEY_TYPE_NAMES, part: 'share' }), {
      min: MIN_CUSTODIANS,
      max: MAX_CUSTODIANS,
    }),
    ceremony: ceremonyId(),
  },
  errors: [
    'USAGE_REFUSED',
    'ALGORITHM_REFUSED',
    'CEREMONY_UNKNOWN',
    'CUSTODIAN_REPEATED',
    'CEREMONY_LIMIT',
  ],
  rules: ['M13.no-single-length'],
  run(t, input, { mode, ceremonies }) {
    const plan = keyPlan(t, { ...input, mode });
    const names =
      input.custodians ?? Array.from({ length: input.shares }, (_, i) => `custodian-${i + 1}`);
    const distinct = new Set(names).size === names.length && names.length === input.shares;
    if (!distinct) t.refuse('CUSTODIAN_REPEATED');
    const opened =
      input.ceremony === undefined
        ? (ceremonies.open({ type: input.type, ...plan, custodians: names }) ??
          t.refuse('CEREMONY_LIMIT'))
        : (ceremonies.find(input.ceremony) ?? t.refuse('CEREMONY_UNKNOWN'));
    const fits =
      opened.type === input.type &&
      opened.custodians.length === input.shares &&
      opened.contributed.length === 0;
    if (!fits) t.refuse('CEREMONY_UNKNOWN');
    const shares = opened.custodians.map((custodian, i) => {
      const share = t.fresh(opened);
      ceremonies.contribute(opened.id, custodian);
      t.deliver({ custodian, ceremony: opened.id, index: i + 1 }, share);
      return t.seal(share, {
        usage: opened.usage,
        part: 'share',
        share: {
          ceremony: opened.id,
          index: i + 1,
          of: opened.custodians.length,
          custodian: custodianDigest(custodian),
        },
      });
    });
    return { shares, ceremony: opened.id };
  },
});
