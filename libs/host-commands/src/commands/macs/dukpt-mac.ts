/** GW: MACs under 3DES DUKPT. */
import { dukptMac as macOfTransaction, mustEqualText } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { binary, choice, digits, hex, key, layout, when } from '../../layout/nodes.js';
import { ksnFields } from '../dukpt-fields.js';
import { cut } from './mac-fields.js';

export const dukptMac = hostCommand({
  code: 'GW',
  name: 'Generate or verify a MAC, 3DES DUKPT',
  group: 'macs and data',
  repeatable: true,
  request: layout(
    choice(
      'mode',
      { '0': 'verify 8 digits', '1': 'verify 16 digits', '2': 'generate 8', '3': 'generate 16' },
      { error: '02' },
    ),
    choice(
      'method',
      { '0': 'request key, algorithm 3', '1': 'response key, algorithm 3' },
      { error: '03' },
    ),
    key('bdk', 'bdk'),
    ...ksnFields,
    when('mode', '0', hex('mac8', 8)),
    when('mode', '1', hex('mac16', 16)),
    digits('length', 4, { about: 'bytes of the message' }),
    binary('message', { from: 'length', max: 9_999 }),
  ),
  reply: layout(hex('mac', { beforeEnd: 0, max: 16 })),
  errors: { '01': 'verification failure', '02': 'mode', '03': 'method', '10': 'BDK parity' },
  run: (context, o) => {
    const use = o.method === '0' ? 'macRequest' : 'macResponse';
    const mac = macOfTransaction(context, o, use);
    const short = o.mode === '0' || o.mode === '2';
    const text = cut(context, mac, short ? '0' : '1');
    if (o.mode === '2' || o.mode === '3') return { mac: text };
    mustEqualText(text, (o.mac8 ?? o.mac16)!);
    return { mac: '' };
  },
});
