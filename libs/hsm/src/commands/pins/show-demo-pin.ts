import { dataCommand } from '../../declare/command.js';
import { digits, secret, text } from '../../declare/field.js';
import { done } from '../../outcome.js';
import { demoPin } from '../../pin/demo-pin.js';
import { pan } from '../fields.js';

export const showDemoPin = dataCommand({
  name: 'ShowDemoPin',
  group: 'pins',
  title: 'tells the PIN of a demo card',
  source: 'demo devices only',
  roles: ['production', 'pinIssuance'],
  demo: true,
  input: { pan: pan(), seed: text('seed of the demo data', { min: 1, max: 128 }) },
  output: { pin: secret(digits('PIN of the demo card', { length: 4 })) },
  errors: [],
  rules: [],
  run: (_core, { pan: account, seed }) => done({ pin: demoPin(seed, account) }),
});
