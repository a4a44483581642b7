/** MQ and MS: MACs of messages in several blocks. */
import { fromHex, partMac, refuse, toHex } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { binary, choice, hex, key, layout, when } from '../../layout/nodes.js';
import { counted3, cut, MESSAGE_MAX, MODES } from './mac-fields.js';

export const generateLargeMac = hostCommand({
  code: 'MQ',
  name: 'Generate a MAC of a large message with a ZAK (ANSI X9.9)',
  group: 'macs and data',
  repeatable: true,
  request: layout(
    choice('mode', MODES, { error: '05' }),
    key('zak', 'zak'),
    when('mode', ['2', '3'], hex('iv', 16)),
    ...counted3,
  ),
  reply: layout(
    hex('mac', { beforeEnd: 0, max: 16 }, { about: 'MAC of 8 digits, or chaining value of 16' }),
  ),
  errors: { '05': 'block number', '10': 'ZAK parity' },
  run: (context, o) => {
    const opened = context.key(o.zak, 'zak', '10', 'generate');
    const { iv, mac } = partMac(opened, { ...o, algorithm: '1', padding: '1' });
    return { mac: iv ?? cut(context, mac!, '0') };
  },
});

export const generateLargeMacX919 = hostCommand({
  code: 'MS',
  name: 'Generate a MAC of a large message (ANSI X9.19)',
  group: 'macs and data',
  repeatable: true,
  request: layout(
    choice('mode', MODES, { error: '02' }),
    choice('keyKind', { '0': 'TAK', '1': 'ZAK' }, { error: '05' }),
    choice('keyLength', { '0': 'single', '1': 'double' }, { error: '05' }),
    choice('inputFormat', { '0': 'binary', '1': 'hexadecimal' }, { error: '03' }),
    key('key', 'zak', { about: 'TAK or ZAK' }),
    when('mode', ['2', '3'], hex('iv', 16)),
    hex('length', 4, { about: 'bytes of the message; written as digits it has twice as many' }),
    when('inputFormat', '0', binary('bytes', { from: 'length', radix: 16, max: MESSAGE_MAX })),
    when(
      'inputFormat',
      '1',
      hex('digits', { from: 'length', radix: 16, times: 2, max: MESSAGE_MAX }),
    ),
  ),
  reply: layout(hex('mac', 16, { about: 'MAC, or chaining value' })),
  errors: { '02': 'block number', '03': 'message type', '05': 'key type', '10': 'key parity' },
  run: (context, o) => {
    const role = o.keyKind === '0' ? 'tak' : 'zak';
    const opened = context.key(o.key, role, '10', 'generate');
    if (opened.lengthBytes !== (o.keyLength === '0' ? 8 : 16)) refuse('27');
    const data = o.bytes ?? fromHex(o.digits!);
    const algorithm = o.keyLength === '0' ? '1' : '3';
    const { iv, mac } = partMac(opened, { ...o, data, algorithm, padding: '1' });
    return { mac: iv ?? toHex(mac!) };
  },
});
