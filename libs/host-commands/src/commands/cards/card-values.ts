/** CW and CY: card verification values; what the card commands share. */

import { DesKey, equalConstantTime } from '@pinfold/crypto';
import { cvv } from '@pinfold/pin';
import { hostCommand } from '../../declare.js';
import type { Context } from '../../device/context.js';
import { bytesOfWire } from '../../layout/chars.js';
import { digits, key, layout } from '../../layout/nodes.js';
import { refuse } from '../../refusal.js';

const CVK = { plain: 32, about: 'CVK pair' } as const;

export const pan = digits('pan', { until: ';', min: 12, max: 19 }, { error: '22' });

export function cvkOf(context: Context, token: string, need: 'generate' | 'verify'): DesKey {
  const opened = context.key(token, 'cvk', '10', need);
  return opened.bytes.length === 16 ? opened.des : refuse('27');
}

export function same(expected: string, given: string): void {
  if (!equalConstantTime(bytesOfWire(expected), bytesOfWire(given))) refuse('01');
}

const cvvFields = layout(
  key('cvk', 'cvk', CVK),
  pan,
  digits('expiry', 4),
  digits('serviceCode', 3),
);

export const generateCvv = hostCommand({
  code: 'CW',
  name: 'Generate a card verification code or value',
  group: 'cards',
  repeatable: true,
  request: cvvFields,
  reply: layout(digits('cvv', 3)),
  errors: { '10': 'CVK parity', '27': 'CVK not double length' },
  run: (context, o): { cvv: string } => {
    const { pan, expiry, serviceCode } = o;
    return { cvv: cvv({ cvk: cvkOf(context, o.cvk, 'generate'), pan, expiry, serviceCode }) };
  },
});

export const verifyCvv = hostCommand({
  code: 'CY',
  name: 'Verify a card verification code or value',
  group: 'cards',
  repeatable: true,
  request: layout(
    key('cvk', 'cvk', CVK),
    digits('cvv', 3),
    pan,
    digits('expiry', 4),
    digits('serviceCode', 3),
  ),
  reply: layout(),
  errors: { '01': 'verification failure', '10': 'CVK parity', '27': 'CVK not double length' },
  run: (context, o) => {
    const { pan, expiry, serviceCode } = o;
    same(cvv({ cvk: cvkOf(context, o.cvk, 'verify'), pan, expiry, serviceCode }), o.cvv);
    return {};
  },
});
