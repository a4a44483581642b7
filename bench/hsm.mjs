/**
 * Benchmark of the device: `npm run bench:hsm -- [--json | --markdown] [--rounds N] [--small]`; with
 * `--timing` the times of refusals by their reason alone, see `hsm-timing.mjs`.
 *
 * Device commands (gate, input check, token cache, rules, PIN logic: all of it) run in slices of
 * about a millisecond that alternate with OpenSSL doing the same number of triple-DES blocks in C;
 * the ratio is the median of neighbouring slices, above 1 where the device is faster.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { startReference } from './crypto-reference.mjs';
import {
  answersOf,
  batches,
  COMMANDS,
  nodeToday,
  oneByOne,
  plainRead,
  prepare,
} from './hsm-operations.mjs';
import { groups, measureGroups, printTiming } from './hsm-timing.mjs';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    markdown: { type: 'boolean' },
    small: { type: 'boolean' },
    timing: { type: 'boolean' },
    rounds: { type: 'string', default: '60' },
  },
});
const ROUNDS = Number(options.rounds);
const SLICE_NS = 1e6;
const WARM_UP_MS = 150;
const NODE_BASELINE = 'createCipheriv per call';
const KEYS = options.small ? [1, 100] : [1, 1_000, 100_000];
const BATCHES = [16, 128, 1024];
/** Cards with records of their own, in turn: nothing of the command before is of use. */
const ACCOUNTS = 1_000;
/** Users by keys. */
const SCENARIOS = [
  { name: 'one user, few keys', users: 1, keys: KEYS[0] },
  { name: 'one user, many keys', users: 1, keys: KEYS.at(-1) },
  { name: 'few users, few keys', users: 8, keys: KEYS[0] },
  { name: 'few users, many keys', users: 8, keys: KEYS.at(-1) },
  { name: 'many users, many keys', users: 1_000, keys: KEYS.at(-1) },
];
/** A working set that the processor's caches hold, with a token cache that holds it or does not. */
const UNCACHED = { keys: 64, places: 8, goal: 3 };
const CACHED_BASELINE = 'the same tokens cached';
const GOALS = { single: 0.8, batch128: 4 };

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const round = (number) => Number(number.toPrecision(3));

function slice(run, calls) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) run();
  return Number(process.hrtime.bigint() - start) / calls;
}

function callsPerSlice(run) {
  const end = performance.now() + WARM_UP_MS;
  while (performance.now() < end) slice(run, 10);
  return Math.max(1, Math.ceil(SLICE_NS / slice(run, 20)));
}

/** Row against OpenSSL for the same blocks; `per`: commands in one call. */
async function measure(reference, { name, run, blocks, per = 1, goal = null }) {
  const calls = callsPerSlice(run);
  const own = [];
  const ratios = [];
  for (let i = 0; i < ROUNDS; i++) {
    const ns = slice(run, calls) / per;
    own.push(ns);
    ratios.push((blocks * (await reference.slice('tdes'))) / ns);
  }
  const ns = median(own);
  return {
    name,
    value: round(ns),
    unit: 'ns',
    perSecond: Math.round(1e9 / ns),
    best: round(Math.min(...own)),
    goal,
    baseline: reference.label,
    ratio: round(median(ratios)),
  };
}

function againstNode(row, blocks) {
  const run = nodeToday(blocks);
  const calls = callsPerSlice(run);
  const ns = median(Array.from({ length: Math.ceil(ROUNDS / 2) }, () => slice(run, calls)));
  return { ...row, goal: null, baseline: NODE_BASELINE, ratio: round(ns / row.value) };
}

/** Commands under tokens that are never in the cache, in turns with the same tokens cached. */
function uncached(libraries, mode) {
  const fixtureOf = (cachedKeys) =>
    prepare(libraries, { mode, keys: UNCACHED.keys, cachedKeys, random });
  const [cold, warm] = [fixtureOf(UNCACHED.places), fixtureOf(undefined)];
  return ['VerifyPin', 'TranslatePinBlock', 'PIN_V'].map((command) => {
    const runs = [cold, warm].map((fixture) => oneByOne(fixture, command));
    const calls = runs.map(callsPerSlice);
    const times = [[], []];
    const ratios = [];
    for (let i = 0; i < ROUNDS; i++) {
      const [slow, quick] = runs.map((run, which) => slice(run, calls[which]));
      times[0].push(slow);
      times[1].push(quick);
      ratios.push(slow / quick);
    }
    const [value, cached] = times.map(median);
    return {
      name: `${mode} ${command}, ${UNCACHED.keys} keys, none cached`,
      value: round(value),
      unit: 'ns',
      best: round(Math.min(...times[0])),
      cached: round(cached),
      goal: UNCACHED.goal,
      baseline: CACHED_BASELINE,
      ratio: round(median(ratios)),
    };
  });
}

/** How long the jobs alone take to read, for rows with more keys than memory is near. */
function readingOf(fixture, keys) {
  const run = plainRead(fixture, 'VerifyPin');
  const calls = callsPerSlice(run);
  const times = Array.from({ length: ROUNDS }, () => slice(run, calls));
  return {
    name: `plain read of the jobs of VerifyPin, ${keys} keys`,
    value: round(median(times)),
    unit: 'ns',
    best: round(Math.min(...times)),
    goal: null,
    baseline: null,
    ratio: null,
  };
}

/** Time of single calls by the reason that a PIN block is bad: median and percentiles. */
function distribution(fixture) {
  const calls = answersOf(fixture);
  const times = calls.map(() => []);
  for (let i = 0; i < 300 * ROUNDS; i++) {
    const which = i % calls.length;
    const start = process.hrtime.bigint();
    calls[which].run();
    times[which].push(Number(process.hrtime.bigint() - start));
  }
  return calls.map(({ name, run }, i) => {
    const sorted = times[i].slice(times[i].length >> 2).sort((a, b) => a - b);
    const at = (part) => sorted[Math.floor(part * sorted.length)];
    const outcome = run();
    const answer = outcome.ok ? 'ok' : outcome.code;
    return {
      name: `hardened VerifyPin: ${name} (${answer})`,
      value: at(0.5),
      unit: 'ns',
      p10: at(0.1),
      p90: at(0.9),
      p99: at(0.99),
      baseline: null,
      ratio: null,
    };
  });
}

function print({ machine, date, rows }) {
  console.log(`${machine}, ${date}`);
  for (const row of rows) {
    if (row.p99 !== undefined) {
      console.log(
        `${row.name.padEnd(58)}p10 ${row.p10} p50 ${row.value} p90 ${row.p90} p99 ${row.p99} ns`,
      );
      continue;
    }
    const goal = row.goal ? `goal ${row.goal}` : '';
    const text = row.baseline === null ? '' : `${row.ratio} x ${row.baseline}`;
    console.log(
      `${row.name.padEnd(58)}${`${row.value} ns`.padStart(10)}  ${text.padEnd(44)}${goal}`,
    );
  }
}

function printMarkdown({ machine, date, rows }) {
  console.log(`${machine}; ${date}.\n`);
  console.log(
    '| command | median | best | per second | goal | times OpenSSL in C | times Node per call |',
  );
  console.log('|---|---|---|---|---|---|---|');
  const node = (name) => rows.find((row) => row.name === name && row.baseline === NODE_BASELINE);
  const apart = [NODE_BASELINE, CACHED_BASELINE, null];
  const timed = rows.filter((each) => !apart.includes(each.baseline));
  for (const row of timed) {
    const { name, value, best, perSecond, goal, ratio } = row;
    const cells = [
      name,
      `${value} ns`,
      `${best} ns`,
      perSecond,
      goal ?? '',
      ratio,
      node(name)?.ratio ?? '',
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
  console.log('\n| command | median | best | cached | goal | times the cached one |');
  console.log('|---|---|---|---|---|---|');
  for (const row of rows.filter((each) => each.baseline === CACHED_BASELINE)) {
    const { name, value, best, cached, goal, ratio } = row;
    console.log(`| ${name} | ${value} ns | ${best} ns | ${cached} ns | ${goal} | ${ratio} |`);
  }
  console.log('\n| memory | median | best |\n|---|---|---|');
  for (const row of rows.filter((each) => each.baseline === null && each.p99 === undefined)) {
    console.log(`| ${row.name} | ${row.value} ns | ${row.best} ns |`);
  }
  console.log('\n| reason (answer) | p10 | p50 | p90 | p99 |\n|---|---|---|---|---|');
  for (const row of rows.filter((each) => each.p99 !== undefined)) {
    console.log(`| ${row.name} | ${row.p10} | ${row.value} | ${row.p90} | ${row.p99} |`);
  }
}

const folder = new URL('..', import.meta.url).pathname;
for (const lib of ['crypto', 'pin', 'keyblock', 'emv', 'hsm']) {
  execFileSync('npx', ['nest', 'build', lib], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
const load = (lib) => import(new URL(`../dist/libs/${lib}/src/index.js`, import.meta.url).href);
const libraries = { hsm: await load('hsm'), crypto: await load('crypto'), pin: await load('pin') };
const random = (length) => Uint8Array.from(randomBytes(length));
if (options.timing) {
  const found = measureGroups(groups(libraries, { random }), 500 * ROUNDS);
  if (options.json) console.log(JSON.stringify(found, null, 2));
  else printTiming(found);
  process.exit();
}
const reference = await startReference();
const rows = [];
for (const mode of ['hardened', 'legacy']) {
  const fixtures = new Map(KEYS.map((keys) => [keys, prepare(libraries, { mode, keys, random })]));
  const full = mode === 'hardened';
  for (const [command, blocks] of Object.entries(COMMANDS)) {
    for (const keys of full ? KEYS : KEYS.slice(0, 1)) {
      const fixture = fixtures.get(keys);
      const name = `${mode} ${command}, ${keys} keys`;
      const goal = keys === 1 && command !== 'VerifyMac' ? GOALS.single : null;
      const single = { name, run: oneByOne(fixture, command), blocks, goal };
      const row = await measure(reference, single);
      rows.push(row);
      if (keys === 1) rows.push(againstNode(row, blocks));
      for (const size of full ? BATCHES : [128]) {
        const batchGoal = size === 128 && keys <= 1_000 && blocks === 2 ? GOALS.batch128 : null;
        const run = batches(fixture, command, size);
        const batch = {
          name: `${name}, batches of ${size}`,
          run,
          blocks,
          per: size,
          goal: batchGoal,
        };
        rows.push(await measure(reference, batch));
      }
    }
  }
  if (full) rows.push(...distribution(fixtures.get(KEYS[0])));
  if (full)
    rows.push(...uncached(libraries, mode), readingOf(fixtures.get(KEYS.at(-1)), KEYS.at(-1)));
  const many = prepare(libraries, { mode, keys: 1, accounts: ACCOUNTS, random });
  for (const command of full ? ['PIN_V', 'VerifyPin', 'TranslatePinBlock'] : []) {
    const name = `${mode} ${command}, 1 keys, ${ACCOUNTS} accounts`;
    const blocks = COMMANDS[command];
    rows.push(await measure(reference, { name, run: oneByOne(many, command), blocks }));
    const run = batches(many, command, 128);
    rows.push(await measure(reference, { name: `${name}, batches of 128`, run, blocks, per: 128 }));
  }
  for (const { name, users, keys } of full ? SCENARIOS : []) {
    const run = oneByOne(fixtures.get(keys), 'VerifyPin', users);
    rows.push(await measure(reference, { name: `${mode} VerifyPin: ${name}`, run, blocks: 2 }));
  }
}
reference.close();
const document = {
  machine: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, Node ${process.version}, reference ${reference.label}`,
  date: new Date().toISOString().slice(0, 10),
  rows,
};
if (options.json) console.log(JSON.stringify(document, null, 2));
else if (options.markdown) printMarkdown(document);
else print(document);
