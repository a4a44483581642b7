/** Service commands: diagnostics, status, echo, authorisation, utilisation and health. */

import { HostRefusal, refuse } from '@pinfold/hsm';
import { hostCommand } from '../declare.js';
import { alnum, binary, choice, digits, hex, layout, repeat, text } from '../layout/nodes.js';
import { authorise } from './authorise.js';

/** A number of this program, in the place where a real device shows its firmware. */
export const FIRMWARE = '0001-0001';

/** Serial number, and the time that is reported on, as the J commands begin (YYMMDD, HHMMSS, UTC). */
const periodFields = layout(
  alnum('serial', 12),
  digits('startDate', 6),
  digits('startTime', 6),
  digits('endDate', 6),
  digits('endTime', 6),
);

export const diagnostics = hostCommand({
  code: 'NC',
  name: 'Perform diagnostics',
  group: 'service',
  repeatable: true,
  request: layout(),
  reply: layout(hex('lmkCheckValue', 16), text('firmware', 9)),
  run: ({ lmk }) => ({ lmkCheckValue: lmk.checkValue, firmware: FIRMWARE }),
});

export const status = hostCommand({
  code: 'NO',
  name: 'HSM status',
  group: 'service',
  repeatable: true,
  request: layout(choice('mode', { '00': 'status', '01': 'PCI HSM status' }, { error: '15' })),
  reply: layout(
    digits('buffer', 1, { about: 'input buffer: 3 is 32 KiB' }),
    digits('ethernet', 1, { about: '1 is TCP' }),
    digits('connections', 2, { about: 'connections allowed, 64 or more as 64' }),
    text('firmware', 9),
    digits('reserved', 1),
    alnum('version', 4),
  ),
  run: () => ({
    buffer: '3',
    ethernet: '1',
    connections: '64',
    firmware: FIRMWARE,
    reserved: '0',
    version: '0000',
  }),
});

export const randomValue = hostCommand({
  code: 'N0',
  name: 'Generate a random value',
  group: 'service',
  request: layout(digits('length', 3, { about: 'bytes wanted, 001 to 256' })),
  reply: layout(binary('value', { beforeEnd: 0, max: 256 })),
  run: ({ module }, { length }) => {
    const size = Number(length);
    if (size < 1 || size > 256) refuse('80');
    return { value: module.random(size) };
  },
});

export const echo = hostCommand({
  code: 'B2',
  name: 'Echo test',
  group: 'service',
  repeatable: true,
  request: layout(hex('length', 4), binary('data', { from: 'length', radix: 16, max: 32_000 })),
  reply: layout(binary('data', { beforeEnd: 0, max: 32_000 })),
  run: (_, { data }) => ({ data }),
});

export const cancelAuthorised = hostCommand({
  code: 'RA',
  name: 'Cancel authorised activities',
  group: 'service',
  request: layout(),
  reply: layout(),
  run: ({ module }) => {
    module.cancelAuthorisation();
    return {};
  },
});

export const hsmLoading = hostCommand({
  code: 'J2',
  name: 'Get HSM loading',
  group: 'service',
  repeatable: true,
  request: layout(),
  reply: layout(...periodFields, digits('meanLoad', 3, { about: 'percent' })),
  notes: 'The load is that of the event loop since the start; the ten load bands are left out.',
  run: ({ host }) => ({ ...host.period(), meanLoad: host.load() }),
});

export const commandVolumes = hostCommand({
  code: 'J4',
  name: 'Get host command volumes',
  group: 'service',
  repeatable: true,
  request: layout(),
  reply: layout(
    ...periodFields,
    digits('count', 3),
    repeat('volumes', { count: 'count', max: 999 }, alnum('command', 2), digits('total', 10)),
  ),
  run: ({ host }) => {
    const volumes = [...host.volumes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([command, total]) => ({ command, total: String(total).padStart(10, '0') }));
    return { ...host.period(), count: String(volumes.length).padStart(3, '0'), volumes };
  },
});

export const healthCounts = hostCommand({
  code: 'J8',
  name: 'Get health check counts',
  group: 'service',
  repeatable: true,
  request: layout(),
  reply: layout(
    ...periodFields,
    digits('reboots', 10),
    digits('tampers', 10),
    digits('pinFailuresMinute', 7),
    digits('pinFailuresHour', 5),
    digits('pinAttacks', 8),
  ),
  run: ({ host }) => ({
    ...host.period(),
    reboots: '0'.repeat(10),
    tampers: '0'.repeat(10),
    pinFailuresMinute: '0'.repeat(7),
    pinFailuresHour: '0'.repeat(5),
    pinAttacks: '0'.repeat(8),
  }),
});

export const instantaneousStatus = hostCommand({
  code: 'JK',
  name: 'Get instantaneous HSM status',
  group: 'service',
  repeatable: true,
  request: layout(),
  reply: layout(
    alnum('serial', 12),
    digits('date', 6),
    digits('time', 6),
    digits('tampered', 1),
    digits('load', 3),
    digits('lmkCount', 2),
    repeat(
      'lmks',
      { count: 'lmkCount', max: 99 },
      alnum('id', 2),
      choice('authorised', { '0': 'not authorised', '1': 'authorised' }),
      choice('scheme', { V: 'variant', K: 'key block' }),
      hex('checkValue', 6),
    ),
  ),
  run: ({ host, module }) => {
    const { serial, endDate, endTime } = host.period();
    return {
      serial,
      date: endDate,
      time: endTime,
      tampered: '0',
      load: host.load(),
      lmkCount: String(module.lmks.length).padStart(2, '0'),
      lmks: module.lmks.map(({ id, kind, checkValue }) => ({
        id,
        authorised: module.authorised ? ('1' as const) : ('0' as const),
        scheme: kind === 'variant' ? ('V' as const) : ('K' as const),
        checkValue: checkValue.slice(0, 6),
      })),
    };
  },
});

const CHAIN_MAX = 99;

export const chaining = hostCommand({
  code: 'NK',
  name: 'Command chaining',
  group: 'service',
  request: layout(
    choice('replies', { '0': 'all replies', '1': 'the last reply only' }, { error: '15' }),
    digits('count', 2),
    repeat(
      'commands',
      { count: 'count', max: CHAIN_MAX },
      digits('length', 4),
      binary('command', { from: 'length', max: 9_999 }),
    ),
  ),
  reply: layout(
    digits('count', 2),
    repeat(
      'replies',
      { count: 'count', max: CHAIN_MAX },
      digits('length', 4),
      binary('reply', { from: 'length', max: 9_999 }),
    ),
  ),
  notes:
    'The commands stand without header; a command that fails ends the chain. NK may not stand in NK.',
  run: ({ host }, { replies, count, commands }) => {
    if (Number(count) === 0) refuse('92');
    const done: { length: string; reply: Uint8Array }[] = [];
    for (const { command } of commands) {
      const reply = host.answerInner(command);
      if (reply === undefined) throw new HostRefusal('68');
      const length = String(reply.length).padStart(4, '0');
      done.push({ length, reply });
      if (Buffer.from(reply.subarray(2, 4)).toString('latin1') !== '00') break;
    }
    const given = replies === '1' ? done.slice(-1) : done;
    return { count: String(given.length).padStart(2, '0'), replies: given };
  },
});

export const SERVICE_COMMANDS = [
  diagnostics,
  status,
  randomValue,
  echo,
  cancelAuthorised,
  authorise,
  hsmLoading,
  commandVolumes,
  healthCounts,
  instantaneousStatus,
  chaining,
] as const;
