/**
 * Host commands through TCP on the loopback address:
 *
 *   npm run bench:host [-- --json | --markdown] [--quick] [--rounds N]
 *   npm run bench:host -- --only CC,EC --loads 1x64,16x64 [--baseline echo|plain]
 *
 * Server and client are processes of their own, each held to a core where `taskset` is there. The
 * baseline is a server on the same framing that sends every message back, with messages of the same
 * lengths: on the port that the commands stand on (`echo`), or as one is usually written, each message in
 * a write of its own (`plain`). Command and echo are measured in turn in short slices. Rows of rates have
 * the best slice; their ratio is the median over neighbouring slices. `per core` is commands over the
 * processor time that the server process used for them. `half load` is open loop at half of the best rate,
 * which a plain echo does not reach: latencies count from when a command was due.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { COMMANDS, echoesOf, framesFor } from './host/frames.mjs';
import { idleMemory } from './host/idle.mjs';
import { compare, pace } from './host/measure.mjs';
import { pinClient, pinned, startServer } from './host/processes.mjs';
import { load } from './host-load.mjs';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    markdown: { type: 'boolean' },
    quick: { type: 'boolean' },
    rounds: { type: 'string' },
    only: { type: 'string' },
    loads: { type: 'string' },
    baseline: { type: 'string', default: 'echo' },
  },
});
const LOADS = '1x1,1x64,16x1,16x64,256x1,256x64';
/** Frames of each command that differ from each other. */
const VARIANTS = 256;
/** Slices are short, so that on a machine with other work some are undisturbed. */
const HALF_LOAD = { connections: 16, of: ['CC', 'EC'], settleMs: 200, sliceMs: 400, slices: 15 };

const HEADINGS = [
  ...['command', 'connections', 'in flight', 'commands/s', 'to echo', 'commands/s per core'],
  ...['to echo per core', 'p50 ms', 'p99 ms', 'p99 of echo ms'],
];
const OTHER_ROWS = /half load|idle|closed|memory/;

if (options.baseline !== 'echo' && options.baseline !== 'plain') {
  console.error('bench: --baseline is echo or plain');
  process.exit(2);
}
const rounds = Number(options.rounds ?? (options.quick ? 3 : 9));
const times = { settleMs: 60, sliceMs: options.quick ? 150 : 300 };
const codes = options.only?.split(',') ?? COMMANDS;
const loads = (options.loads ?? (options.quick ? '1x64' : LOADS))
  .split(',')
  .map((each) => each.split('x').map(Number));

const round = (value) => Number(value.toPrecision(4));
const rows = [];
/** A line a command and load, for the page of figures. */
const lines = [];
function add(name, value, unit, more = {}) {
  const row = { name, value: round(value), unit, baseline: null, ratio: null, ...more };
  rows.push(row);
  if (options.json || options.markdown) return;
  const against = row.ratio === null ? '' : `  (${row.ratio} of ${row.baseline})`;
  console.log(`${name.padEnd(52)} ${String(row.value).padStart(9)} ${unit}${against}`);
}

/** Rates, processor time and latencies of one command at one load. */
async function rowsOf(code, [connections, inFlight], { host, echo, frames }) {
  const where = `${connections} connections, ${inFlight} in flight`;
  const echoes = echoesOf(frames);
  const measured = await compare({
    ...{ host, echo, frames, echoes, connections, inFlight, rounds },
    ...times,
  });
  const { own, base, ratio } = measured;
  const baseline = `echo of ${frames[0].length} bytes`;
  add(`${code}, ${where}`, own.best, 'commands/s', { baseline, ratio: round(ratio) });
  add(`${code} median, ${where}`, own.median, 'commands/s');
  add(`${code} per core, ${where}`, 1e6 / own.cpuMicros, 'commands/s', {
    baseline,
    ratio: round(base.cpuMicros / own.cpuMicros),
  });
  add(`${code} p50, ${where}`, own.p50, 'ms', { baseline, ratio: round(own.p50 / base.p50) });
  add(`${code} p99, ${where}`, own.p99, 'ms', { baseline, ratio: round(own.p99 / base.p99) });
  add(`echo for ${code}, ${where}`, base.best, 'echoes/s');
  lines.push([
    ...[
      code,
      connections,
      inFlight,
      round(own.best),
      round(ratio),
      Math.round(1e6 / own.cpuMicros),
    ],
    ...[round(base.cpuMicros / own.cpuMicros), round(own.p50), round(own.p99), round(base.p99)],
  ]);
  add(`client busy for ${code}, ${where}`, 100 * own.clientBusy, '% of its core');
  return own;
}

/** Slices of the command at half load and of the echo at the same rate, in turn. */
async function halfLoad(code, perSecond, { host, echo, frames }) {
  const { connections, settleMs, sliceMs, slices } = HALF_LOAD;
  const o = { connections, perSecond, settleMs, sliceMs };
  const own = [];
  const base = [];
  for (let i = 0; i < (options.quick ? 5 : slices); i++) {
    base.push(await pace(echo, echoesOf(frames), o));
    own.push(await pace(host, frames, o));
  }
  // A slice in which nothing was answered is one in which a process did not run.
  for (const all of [own, base]) {
    const ran = all.filter(({ answered }) => answered > 0);
    all.splice(0, all.length, ...ran);
  }
  const best = (all, key) => Math.min(...all.map((each) => each[key]));
  const middle = (all, key) =>
    all.map((each) => each[key]).sort((a, b) => a - b)[Math.floor(all.length / 2)];
  const what = `${code} at half load (${Math.round(perSecond)}/s, ${connections} connections)`;
  const baseline = 'echo at the same rate';
  for (const key of ['p50', 'p99', 'p999']) {
    const value = best(own, key);
    const ratio = round(value / best(base, key));
    add(`${what} ${key}, best slice`, value, 'ms', { baseline, ratio });
  }
  add(`${what} p99, median slice`, middle(own, 'p99'), 'ms', {
    baseline,
    ratio: round(middle(own, 'p99') / middle(base, 'p99')),
  });
  const pause = `${what}: longest pause of the client itself`;
  add(`${pause}, best slice`, best(own, 'clientLateMs'), 'ms');
  add(`${pause}, median slice`, middle(own, 'clientLateMs'), 'ms');
}

async function main() {
  const { hostCommands } = await load();
  pinClient();
  const echo = await startServer(options.baseline);
  const host = await startServer('host');
  const frames = await framesFor(host.port, hostCommands, VARIANTS);
  for (const load of loads) {
    for (const code of codes) {
      const about = { host, echo, frames: frames[code] };
      const { best } = await rowsOf(code, load, about);
      const paced = options.baseline === 'echo';
      const half = paced && load[0] === HALF_LOAD.connections && load[1] > 1;
      if (half && HALF_LOAD.of.includes(code)) await halfLoad(code, best / 2, about);
    }
  }
  echo.stop();
  host.stop();
  if (!options.quick && options.only === undefined) {
    for (const { name, value, unit } of await idleMemory()) add(name, value, unit);
  }
  const cores = pinned ? 'client and server each held to a core' : 'not held to cores';
  const document = {
    machine: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, Node ${process.version}, ${cores}`,
    date: new Date().toISOString().slice(0, 10),
    rows,
  };
  if (options.json) console.log(JSON.stringify(document, null, 2));
  else console.log(`\n${document.machine}; ${document.date}`);
  if (options.markdown) {
    console.log(`\n| ${HEADINGS.join(' | ')} |\n|${'---|'.repeat(HEADINGS.length)}`);
    for (const line of lines) console.log(`| ${line.join(' | ')} |`);
    console.log('\n| what | value | unit | ratio to echo |\n|---|---|---|---|');
    for (const { name, value, unit, ratio } of rows.filter(({ name }) => OTHER_ROWS.test(name))) {
      console.log(`| ${[name, value, unit, ratio ?? ''].join(' | ')} |`);
    }
  }
}

await main();
