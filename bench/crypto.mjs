/**
 * Benchmark of the ciphers: `npm run bench:crypto -- [--json | --markdown] [--rounds N]`.
 *
 * Own code and the reference run in alternating slices of about a millisecond, so that a busy
 * machine slows both; the ratio is the median of the ratios of neighbouring slices, above 1 where
 * own code is faster. Values are medians; the fastest slice is `best`.
 */

import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { operations } from './crypto-operations.mjs';
import { startReference } from './crypto-reference.mjs';

const LIBRARY = new URL('../dist/libs/crypto/src/index.js', import.meta.url).href;
const SLICE_NS = 1e6;
const WARM_UP_MS = 100;
const NODE_BASELINE = 'createCipheriv per call';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    markdown: { type: 'boolean' },
    rounds: { type: 'string', default: '150' },
  },
});

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** ns of one call, over enough calls to fill a slice. */
function slice(run, calls) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) run();
  return Number(process.hrtime.bigint() - start) / calls;
}

/** Runs until it is compiled, then says how many calls fill a slice. */
async function warmUp(run) {
  const end = performance.now() + WARM_UP_MS;
  while (performance.now() < end) slice(run, 20);
  await setTimeout(5);
  return Math.max(1, Math.ceil(SLICE_NS / Math.min(slice(run, 100), slice(run, 100))));
}

async function measure(operation, reference, rounds) {
  const { run, node, per = 1 } = operation;
  const calls = await warmUp(run);
  const own = [];
  const native = [];
  for (let i = 0; i < rounds; i++) {
    own.push(slice(run, calls) / per);
    if (operation.reference) native.push(await reference.slice(operation.reference));
  }
  const nodeNs = node && median(await nodeSlices(node, Math.ceil(rounds / 4)));
  const ns = median(own);
  const row = {
    value: round(ns),
    unit: 'ns',
    best: round(Math.min(...own)),
    goal: operation.goal ?? null,
    goalNs: operation.goalNs ?? null,
  };
  return [
    {
      name: operation.name,
      ...row,
      baseline: operation.reference ? reference.label : null,
      baselineNs: operation.reference ? round(median(native)) : null,
      ratio: operation.reference ? round(median(native.map((r, i) => r / own[i]))) : null,
    },
    ...(node
      ? [
          {
            name: operation.name,
            ...row,
            goal: null,
            goalNs: null,
            baseline: NODE_BASELINE,
            baselineNs: round(nodeNs),
            ratio: round(nodeNs / ns),
          },
        ]
      : []),
  ];
}

async function nodeSlices(node, rounds) {
  const calls = await warmUp(node);
  return Array.from({ length: rounds }, () => slice(node, calls));
}

function round(value) {
  return Number(value.toPrecision(3));
}

/** Milliseconds from the start of the import to the first batch's answer, in a fresh process. */
function engineReady() {
  const script = `
    const start = performance.now();
    const { DesBatch, DesKey } = await import(${JSON.stringify(LIBRARY)});
    const imported = performance.now();
    const batch = new DesBatch({ engine: 'constant-time' });
    const blocks = new Int32Array(256);
    batch.encryptMany(new Int32Array(128).fill(batch.add(DesKey.of(new Uint8Array(16)))), blocks);
    console.log(JSON.stringify([imported - start, performance.now() - imported]));`;
  const runs = Array.from({ length: 7 }, () =>
    JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }),
    ),
  );
  return [
    {
      name: 'import of the library',
      value: round(median(runs.map(([ms]) => ms))),
      unit: 'ms',
      baseline: null,
      ratio: null,
    },
    {
      name: 'engine ready after import, first batch done',
      value: round(median(runs.map(([, ms]) => ms))),
      unit: 'ms',
      goal: 50,
      baseline: null,
      ratio: null,
    },
  ];
}

function print({ machine, date, rows }) {
  console.log(`${machine}, ${date}`);
  const goal = (row) =>
    row.goalNs
      ? `goal ${row.goalNs} ns`
      : row.goal
        ? `goal ${row.goal}${row.baseline ? '' : ` ${row.unit}`}`
        : '';
  for (const row of rows) {
    const ratio = row.baseline
      ? `${row.ratio} x ${row.baseline} (${row.baselineNs} ${row.unit})`
      : '';
    console.log(
      `${row.name.padEnd(46)}${`${row.value} ${row.unit}`.padStart(10)}  ${ratio.padEnd(52)} ${goal(row)}`,
    );
  }
}

/** One line an operation, as in docs/reference/benchmarks-crypto.md. */
function printMarkdown({ machine, date, rows }) {
  console.log(`${machine}; ${date}.\n`);
  console.log('| operation | median | best | goal | times OpenSSL in C | times Node per call |');
  console.log('|---|---|---|---|---|---|');
  const nodeRow = (name) => rows.find((r) => r.name === name && r.baseline === NODE_BASELINE);
  for (const row of rows.filter((r) => r.baseline !== NODE_BASELINE)) {
    const goal = row.goalNs
      ? `${row.goalNs} ns`
      : row.baseline
        ? row.goal
        : row.goal && `${row.goal} ms`;
    const cells = [
      row.name,
      `${row.value} ${row.unit}`,
      row.best ? `${row.best} ${row.unit}` : '',
      goal ?? '',
      row.ratio ?? '',
      nodeRow(row.name)?.ratio ?? '',
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

const folder = new URL('..', import.meta.url).pathname;
execFileSync('npx', ['nest', 'build', 'crypto'], {
  cwd: folder,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const reference = await startReference();
const crypto = await import(LIBRARY);
const rows = [];
for (const operation of operations(crypto)) {
  rows.push(...(await measure(operation, reference, Number(options.rounds))));
}
reference.close();
rows.push(...engineReady());
const document = {
  machine: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, Node ${process.version}, reference ${reference.label}`,
  date: new Date().toISOString().slice(0, 10),
  rows,
};
if (options.json) console.log(JSON.stringify(document, null, 2));
else if (options.markdown) printMarkdown(document);
else print(document);
