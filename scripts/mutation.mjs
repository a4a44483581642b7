/**
 * `npm run mutation`: mutation testing of the payment arithmetic, part by part.
 *
 *   npm run mutation                                  all of them
 *   npm run mutation -- emv                           one part (scripts/mutation/parts.mjs)
 *   npm run mutation -- libs/pin/src/iso4.ts …        some files
 *
 * A survivor must be killed by a test or explained in docs/reference/mutation.md. Fails when more
 * than one in twenty mutants of a part survives without an explanation. Not part of `npm run
 * check`: it takes about ten minutes.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { explainedMutants, keyOf } from './mutation/explained.mjs';
import { PARTS, partOf } from './mutation/parts.mjs';
import { root } from './prepare.mjs';

const MOST_UNEXPLAINED = 0.05;

const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !Object.hasOwn(PARTS, name) && partOf(name) === undefined);
if (unknown !== undefined) {
  console.error(
    `${unknown} is neither one of ${Object.keys(PARTS).join(', ')} nor a file of theirs`,
  );
  process.exit(2);
}

const explained = explainedMutants(readFileSync(join(root, 'docs/reference/mutation.md'), 'utf8'));
const rows = [];
let failed = false;
for (const part of Object.keys(PARTS)) {
  const files = chosen.filter((name) => partOf(name) === part);
  if (chosen.length > 0 && files.length === 0 && !chosen.includes(part)) continue;
  const report = run(part, files);
  if (report === undefined) {
    failed = true;
    continue;
  }
  const { row, unexplained, stale } = judge(report, files.length === 0 ? part : undefined);
  rows.push([part, ...row]);
  for (const mutant of unexplained) console.log(`not explained  ${mutant}`);
  for (const mutant of stale) console.log(`explained, but does not survive  ${mutant}`);
  if (unexplained.length > MOST_UNEXPLAINED * row[0] || stale.length > 0) failed = true;
}
console.log(
  '\n| part | mutants | killed | timeout | survived | explained | not explained | score |',
);
console.log('|---|---|---|---|---|---|---|---|');
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
process.exit(failed ? 1 : 0);

/** The report of Stryker (mutation-testing-report-schema), or undefined when it did not finish. */
function run(part, files) {
  const file = join(root, 'reports', `mutation-${part}.json`);
  rmSync(file, { force: true });
  spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/@stryker-mutator/core/bin/stryker.js'),
      'run',
      'stryker.conf.mjs',
      ...(files.length > 0 ? ['-m', files.join(',')] : []),
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, MUTATION_PART: part } },
  );
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Counts a report against the explanations; `part` is given when the report covers all of it. */
function judge(report, part) {
  const count = { Killed: 0, Timeout: 0, Survived: 0, NoCoverage: 0 };
  const seen = new Set();
  const unexplained = [];
  for (const [file, { source, mutants }] of Object.entries(report.files)) {
    for (const mutant of mutants) {
      if (!(mutant.status in count)) continue;
      count[mutant.status] += 1;
      if (mutant.status === 'Killed') continue;
      const key = keyOf(file, source, mutant);
      seen.add(key);
      if (mutant.status === 'Timeout') continue;
      if (!explained.has(key)) unexplained.push(`${file}:${mutant.location.start.line} ${key}`);
    }
  }
  const survived = count.Survived + count.NoCoverage;
  const total = count.Killed + count.Timeout + survived;
  const score = (100 * (count.Killed + count.Timeout)) / total;
  const stale = [...explained].filter(
    (key) => partOf(key.split(': ')[0]) === part && !seen.has(key),
  );
  return {
    row: [
      total,
      count.Killed,
      count.Timeout,
      survived,
      survived - unexplained.length,
      unexplained.length,
      `${score.toFixed(1)} %`,
    ],
    unexplained,
    stale,
  };
}
