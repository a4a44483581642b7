/** CW and CY: card verification values; what the card commands share. */
import { cvkOf, cvvOf, mustEqualText } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { digits, key, layout } from '../../layout/nodes.js';

const CVK = { plain: 32, about: 'CVK pair' } as const;

export const pan = digits('pan', { until: ';', min: 12, max: 19 }, { error: '22' });

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
    return { cvv: cvvOf(cvkOf(context, o.cvk, 'generate'), o) };
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
    mustEqualText(cvvOf(cvkOf(context, o.cvk, 'verify'), o), o.cvv);
    return {};
  },
});
