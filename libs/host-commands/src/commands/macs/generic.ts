/** M6, M8 and MY: MACs with algorithm and padding by number. */
import { mustEqualText, partMac } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { MacLane } from '../../lanes/macs.js';
import { alnum, choice, hex, key, layout, when } from '../../layout/nodes.js';
import {
  ALGORITHMS,
  cut,
  dataOf,
  inputFormat,
  macErrors,
  macRole,
  message,
  mode,
  PADDINGS,
  SIZES,
} from './mac-fields.js';

const macHead = layout(
  mode,
  inputFormat,
  choice('macSize', SIZES, { error: '04' }),
  choice('algorithm', ALGORITHMS, { error: '04' }),
  choice('padding', PADDINGS, { error: '09' }),
  alnum('keyType', 3, { error: '05', about: '003 TAK, 008 ZAK, FFF with key blocks' }),
  key('key', { typeFrom: 'keyType' }),
  when('mode', ['2', '3'], hex('iv', 16, { about: 'chaining value of the block before' })),
  ...message,
);

export const generateMac = hostCommand({
  code: 'M6',
  name: 'Generate a MAC',
  group: 'macs and data',
  repeatable: true,
  request: macHead,
  reply: layout(hex('mac', { beforeEnd: 0, max: 16 }, { about: 'MAC, or chaining value' })),
  errors: macErrors,
  run: (context, o) => {
    const opened = context.key(o.key, macRole(o.keyType), '10', 'generate');
    const data = dataOf(o.inputFormat, o.message);
    const { iv, mac } = partMac(opened, { ...o, data });
    return { mac: iv ?? cut(context, mac!, o.macSize) };
  },
  lane: (host) => new MacLane(host, { request: macHead, verifies: false }),
});

const macAndHead = layout(
  ...macHead,
  when('mode', ['0', '3'], hex('mac', { by: 'macSize', of: { '0': 8 }, otherwise: 16 })),
);

export const verifyMac = hostCommand({
  code: 'M8',
  name: 'Verify a MAC',
  group: 'macs and data',
  repeatable: true,
  request: macAndHead,
  reply: layout(
    hex('iv', { beforeEnd: 0, max: 16 }, { about: 'chaining value after a first or middle block' }),
  ),
  errors: { ...macErrors, '01': 'verification failure' },
  run: (context, o) => {
    const opened = context.key(o.key, macRole(o.keyType), '10', 'verify');
    const { iv, mac } = partMac(opened, { ...o, data: dataOf(o.inputFormat, o.message) });
    if (iv !== undefined) return { iv };
    mustEqualText(cut(context, mac!, o.macSize), o.mac!);
    return { iv: '' };
  },
  lane: (host) => new MacLane(host, { request: macAndHead, verifies: true }),
});

export const translateMac = hostCommand({
  code: 'MY',
  name: 'Verify and translate a MAC',
  group: 'macs and data',
  repeatable: true,
  request: layout(
    mode,
    inputFormat,
    choice('macSize', SIZES, { error: '04' }),
    choice('algorithm', ALGORITHMS, { error: '04' }),
    choice('padding', PADDINGS, { error: '09' }),
    alnum('keyType', 3, { error: '05' }),
    key('key', { typeFrom: 'keyType' }),
    choice('newMacSize', SIZES, { error: '04' }),
    choice('newAlgorithm', ALGORITHMS, { error: '04' }),
    choice('newPadding', PADDINGS, { error: '09' }),
    alnum('newKeyType', 3, { error: '05' }),
    key('newKey', { typeFrom: 'newKeyType' }),
    when('mode', ['2', '3'], hex('iv', 16), hex('newIv', 16)),
    ...message,
    when('mode', ['0', '3'], hex('mac', { by: 'macSize', of: { '0': 8 }, otherwise: 16 })),
  ),
  reply: layout(
    hex('mac', { beforeEnd: 0, max: 32 }, { about: 'new MAC, or both chaining values' }),
  ),
  errors: { ...macErrors, '01': 'verification failure', '11': 'new key parity' },
  run: (context, o) => {
    const from = context.key(o.key, macRole(o.keyType), '10', 'verify');
    const to = context.key(o.newKey, macRole(o.newKeyType), '11', 'generate');
    const data = dataOf(o.inputFormat, o.message);
    const old = partMac(from, { ...o, data });
    const made = partMac(to, {
      mode: o.mode,
      algorithm: o.newAlgorithm,
      padding: o.newPadding,
      iv: o.newIv,
      data,
    });
    if (old.iv !== undefined) return { mac: old.iv + made.iv! };
    mustEqualText(cut(context, old.mac!, o.macSize), o.mac!);
    return { mac: cut(context, made.mac!, o.newMacSize) };
  },
});
