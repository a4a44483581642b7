/** Service commands: diagnostics, status, random values, echo, the authorised state. */

import { refuse, SETTING_NAMES } from '@pinfold/hsm';
import { hostCommand } from '../declare.js';
import { alnum, binary, choice, digits, hex, layout, text, unlessEnd } from '../layout/nodes.js';
import { authorise } from './authorise.js';
import { chaining } from './chaining.js';
import { commandVolumes, healthCounts, hsmLoading, instantaneousStatus } from './statistics.js';

/** A number of this program, in the place where a real device shows its firmware. */
export const FIRMWARE = '0001-0001';

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
  request: layout(choice('mode', { '00': 'status', '01': 'PCI HSM compliance' }, { error: '15' })),
  reply: layout(
    unlessEnd(
      1,
      digits('buffer', 1, { about: 'input buffer: 3 is 32 KiB' }),
      digits('ethernet', 1, { about: '1 is TCP' }),
      digits('connections', 2, { about: 'connections allowed, 64 or more as 64' }),
      text('firmware', 9),
      digits('reserved', 1),
      alnum('version', 4),
    ),
    unlessEnd(
      0,
      choice('compliance', {
        '0': 'not all settings comply, the separation of key type 002 among them',
        '1': 'all settings comply',
      }),
    ),
  ),
  notes:
    'Mode 00 gives the first six fields, mode 01 the last. Settings comply when all of the table above are on.',
  run: ({ module }, { mode }) => {
    if (mode === '01') {
      const all = SETTING_NAMES.every((name) => module.settings.has(name));
      return { compliance: all ? ('1' as const) : ('0' as const) };
    }
    return {
      buffer: '3',
      ethernet: '1',
      connections: '64',
      firmware: FIRMWARE,
      reserved: '0',
      version: '0000',
    };
  },
});

export const randomValue = hostCommand({
  code: 'N0',
  name: 'Generate a random value',
  group: 'service',
  request: layout(digits('length', 3, { about: 'bytes wanted, 001 to 256' })),
  reply: layout(binary('value', { beforeEnd: 0, max: 256 })),
  errors: { '01': 'length' },
  run: ({ module }, { length }) => {
    const size = Number(length);
    if (size < 1 || size > 256) refuse('01');
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
