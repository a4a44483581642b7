/** MA, MC, ME, MG and MK: the MAC commands of old, with a TAK. */
import { mustEqualText, oldMac } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { binary, hex, key, layout } from '../../layout/nodes.js';
import { atallaVariant, oldOptions, zmkFor } from '../keys/key-fields.js';
import { counted3, MESSAGE_MAX } from './mac-fields.js';

const rest = binary('data', { beforeEnd: 0, max: MESSAGE_MAX });

export const generateTakMac = hostCommand({
  code: 'MA',
  name: 'Generate a MAC with a TAK',
  group: 'macs and data',
  repeatable: true,
  request: layout(key('tak', 'tak'), rest),
  reply: layout(hex('mac', 8)),
  errors: { '10': 'TAK parity' },
  run: (context, o) => ({
    mac: oldMac(context, context.key(o.tak, 'tak', '10', 'generate'), o.data),
  }),
});

export const verifyTakMac = hostCommand({
  code: 'MC',
  name: 'Verify a MAC with a TAK',
  group: 'macs and data',
  repeatable: true,
  request: layout(key('tak', 'tak'), hex('mac', 8), rest),
  reply: layout(),
  errors: { '01': 'verification failure', '10': 'TAK parity' },
  run: (context, o) => {
    mustEqualText(oldMac(context, context.key(o.tak, 'tak', '10', 'verify'), o.data), o.mac);
    return {};
  },
});

export const translateTakMac = hostCommand({
  code: 'ME',
  name: 'Verify and translate a MAC with TAKs',
  group: 'macs and data',
  repeatable: true,
  request: layout(key('tak', 'tak'), key('newTak', 'tak'), hex('mac', 8), rest),
  reply: layout(hex('mac', 8)),
  errors: { '01': 'verification failure', '10': 'TAK parity', '11': 'new TAK parity' },
  run: (context, o) => {
    mustEqualText(oldMac(context, context.key(o.tak, 'tak', '10', 'verify'), o.data), o.mac);
    return { mac: oldMac(context, context.key(o.newTak, 'tak', '11', 'generate'), o.data) };
  },
});

export const translateTak = hostCommand({
  code: 'MG',
  name: 'Translate a TAK from LMK to ZMK',
  group: 'macs and data',
  repeatable: true,
  request: layout(key('zmk', 'zmk'), key('tak', 'tak'), atallaVariant, oldOptions),
  reply: layout(key('exported', 'tak')),
  errors: { '10': 'ZMK parity', '11': 'TAK parity' },
  run: (context, o) => {
    const master = zmkFor(context, o, 'encrypt');
    const opened = context.key(o.tak, 'tak', '11');
    const scheme = o.schemeZmk ?? (context.on('key-block-exchange') ? 'R' : '0');
    const row = { type: '003', name: 'TAK', usages: ['M3'] };
    return { exported: context.keys.exportUnder(master, opened, { scheme, row }) };
  },
});

export const generateBinaryMac = hostCommand({
  code: 'MK',
  name: 'Generate a binary MAC with a TAK',
  group: 'macs and data',
  repeatable: true,
  request: layout(key('tak', 'tak'), ...counted3),
  reply: layout(hex('mac', 8)),
  errors: { '10': 'TAK parity' },
  run: (context, o) => ({
    mac: oldMac(context, context.key(o.tak, 'tak', '10', 'generate'), o.data),
  }),
});
