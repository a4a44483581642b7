/** J2, J4, J8 and JK: load, volumes, health. Fields as public tools for payShields decode them. */
import { isTestLmk, type Lmk } from '@pinfold/hsm';
import { hostCommand } from '../declare.js';
import type { Host } from '../device/host.js';
import { alnum, choice, digits, layout, literal, repeat, text } from '../layout/nodes.js';

const SOURCE =
  'Fields as PayShieldPressureTest decodes them (a public tool for the payShield 9000 and 10K).';

const dateTime = <const P extends string>(name: P) =>
  layout(digits(`${name}Date`, 6), digits(`${name}Time`, 6));

/** Serial number, and the time that is reported on (YYMMDD, HHMMSS, UTC): up to now. */
const datesFields = layout(
  alnum('serial', 12),
  ...dateTime('start'),
  ...dateTime('end'),
  ...dateTime('current'),
);
const periodFields = layout(
  ...datesFields,
  digits('seconds', 10, { about: 'seconds reported on' }),
);

function periodOf(host: Host) {
  const { seconds, ...period } = host.period();
  const { endDate: currentDate, endTime: currentTime } = period;
  return { ...period, currentDate, currentTime, seconds: counted(seconds, 10) };
}

const counted = (count: number, places: number): string => String(count).padStart(places, '0');

const BANDS = 10;

export const hsmLoading = hostCommand({
  code: 'J2',
  name: 'Get HSM loading',
  group: 'service',
  repeatable: true,
  request: layout(),
  reply: layout(
    ...periodFields,
    repeat(
      'bands',
      { max: BANDS },
      digits('from', 3, { about: 'percent of load' }),
      digits('to', 3),
      digits('periods', 10, { about: 'seconds with a load in this band' }),
      literal(';'),
    ),
  ),
  notes: `${SOURCE} The load is that of the event loop since the start, so that all seconds are in one of the ten bands. Which character the delimiter is no public source shows.`,
  run: ({ host }) => {
    const period = periodOf(host);
    const now = Math.min(BANDS - 1, Math.floor(Number(host.load()) / (100 / BANDS)));
    const bands = Array.from({ length: BANDS }, (_, band) => ({
      from: counted((100 / BANDS) * band, 3),
      to: counted((100 / BANDS) * (band + 1), 3),
      periods: band === now ? period.seconds : counted(0, 10),
    }));
    return { ...period, bands };
  },
});

export const commandVolumes = hostCommand({
  code: 'J4',
  name: 'Get host command volumes',
  group: 'service',
  repeatable: true,
  request: layout(),
  reply: layout(
    ...periodFields,
    repeat('volumes', { max: 999 }, alnum('command', 2), digits('total', 12)),
  ),
  notes: SOURCE,
  run: ({ host }) => {
    const volumes = [...host.volumes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([command, total]) => ({ command, total: counted(total, 12) }));
    return { ...periodOf(host), volumes };
  },
});

export const healthCounts = hostCommand({
  code: 'J8',
  name: 'Get health check counts',
  group: 'service',
  repeatable: true,
  request: layout(),
  reply: layout(
    ...datesFields,
    digits('reboots', 10),
    digits('tampers', 10),
    digits('pinFailuresMinute', 7),
    digits('pinFailuresHour', 5),
    digits('pinAttacks', 8),
  ),
  notes: SOURCE,
  run: ({ host }) => ({
    ...periodOf(host),
    reboots: counted(0, 10),
    tampers: counted(0, 10),
    pinFailuresMinute: counted(0, 7),
    pinFailuresHour: counted(0, 5),
    pinAttacks: counted(0, 8),
  }),
});

const STATES = { '0': 'unknown', '1': 'running', '2': 'not running' } as const;
const HOSTS = { ...STATES, '3': 'not configured' } as const;
const EXCEEDED = { '0': 'not exceeded, or not enabled', '1': 'exceeded' } as const;
/** What ends the entry of an LMK, and what ends their list. */
const LMK_END = '\x14';
const LIST_END = '\x15';

const algorithmOf = (lmk: Lmk) =>
  lmk.kind === 'variant' ? ('0' as const) : lmk.version === '1' ? ('2' as const) : ('1' as const);

export const instantaneousStatus = hostCommand({
  code: 'JK',
  name: 'Get instantaneous HSM status',
  group: 'service',
  repeatable: true,
  request: layout(),
  reply: layout(
    alnum('serial', 12),
    ...dateTime('current'),
    choice('console', { ...STATES, '3': 'disabled' }),
    choice('manager', { ...STATES, '3': 'disabled' }),
    choice('host1', HOSTS),
    choice('host2', HOSTS),
    digits('reserved', 2),
    choice('tamper', { '0': 'unknown', '1': 'not tampered' }),
    digits('lmkCount', 2),
    digits('testLmkCount', 2),
    digits('oldLmkCount', 2),
    repeat(
      'lmks',
      { count: 'lmkCount', max: 99 },
      alnum('id', 2),
      choice('authorised', { '0': 'not authorised', '1': 'authorised' }),
      digits('activities', 2, { about: 'authorised activities' }),
      choice('scheme', { V: 'variant', K: 'key block' }),
      choice('algorithm', {
        '0': 'two-key triple DES',
        '1': 'three-key triple DES',
        '2': 'AES-256',
      }),
      choice('kind', { L: 'live', T: 'test' }),
      text('name', { until: LMK_END, min: 0, max: 40 }),
    ),
    literal(LIST_END),
    choice('fraud', EXCEEDED),
    choice('pinAttacks', EXCEEDED),
  ),
  notes: SOURCE,
  run: ({ host, module }) => {
    const { serial, endDate: currentDate, endTime: currentTime } = host.period();
    const { lmks, authorised } = module;
    return {
      serial,
      currentDate,
      currentTime,
      console: '2' as const,
      manager: '2' as const,
      host1: '1' as const,
      host2: '3' as const,
      reserved: '00',
      tamper: '1' as const,
      lmkCount: counted(lmks.length, 2),
      testLmkCount: counted(lmks.filter(isTestLmk).length, 2),
      oldLmkCount: '00',
      lmks: lmks.map((lmk) => ({
        id: lmk.id,
        authorised: authorised ? ('1' as const) : ('0' as const),
        activities: '00',
        scheme: lmk.kind === 'variant' ? ('V' as const) : ('K' as const),
        algorithm: algorithmOf(lmk),
        kind: isTestLmk(lmk) ? ('T' as const) : ('L' as const),
        name: lmk.name,
      })),
      fraud: '0' as const,
      pinAttacks: '0' as const,
    };
  },
});
