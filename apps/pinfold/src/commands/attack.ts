/** `pinfold attack`: one attack against a device of its own, the list of them, or the matrix. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type Mode, RULE_IDS } from '@pinfold/hsm';
import {
  ATTACKS,
  type Attack,
  type AttackReport,
  attackNamed,
  matrixHtml,
  matrixMarkdown,
  measureFigures,
  measureMatrix,
  rulesMarkdown,
  runAttack,
} from '@pinfold/lab';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../cli/arguments.js';
import { act, jsonCommand } from '../cli/command.js';
import { EXIT, usageFailure } from '../cli/exit.js';
import { type Output, styled } from '../cli/output.js';

interface AttackFlags {
  readonly mode?: Mode;
  readonly list?: boolean;
  readonly matrix?: boolean;
  readonly rules?: boolean;
  readonly out: string;
  readonly digits?: 4 | 5 | 6;
  readonly tableCheck?: boolean;
  readonly maxCalls?: number;
  readonly runs?: number;
  readonly without?: readonly string[];
  readonly seed?: string;
}

const DOCS = join('docs', 'reference');
const now = (): number => performance.now();

function digitsOf(text: string): number {
  const value = Number(text);
  if (![4, 5, 6].includes(value)) throw new InvalidArgumentError('4, 5 or 6 is allowed');
  return value;
}

/** `--without` may be given several times, or a list with commas: rules by id, or families (`M13`). */
export function ruleNames(text: string, before: readonly string[] = []): string[] {
  const names = text.split(',').filter((name) => name !== '');
  const families = new Set(RULE_IDS.map((id) => id.slice(0, id.indexOf('.'))));
  const allowed: readonly string[] = [...RULE_IDS, ...families];
  if (!names.every((name) => allowed.includes(name))) {
    throw new InvalidArgumentError(`allowed are ${allowed.join(', ')}`);
  }
  return [...before, ...names];
}

/** The device of a run: rules can be switched off where there are some. */
export function modeOf(
  { mode, without }: { readonly mode?: Mode; readonly without?: readonly string[] },
  usual: Mode,
): Mode {
  if (without === undefined) return mode ?? usual;
  if (mode !== 'legacy') return 'hardened';
  throw usageFailure('MODE_WITHOUT_RULES', 'legacy mode has no rules to switch off');
}

/** What figures are called; units are calls where nothing is said. */
const FIGURES: Readonly<Record<string, string>> = {
  publishedMean: 'published mean',
  publishedMedian: 'published median',
  published: 'published',
  lowerBound: 'lower bound by entropy',
  tableCheck: 'check of tables',
  candidatesLeft: 'PINs left',
  lowerQuartile: 'lower quartile',
  upperQuartile: 'upper quartile',
};

function named(name: string | undefined): Attack {
  const found = name === undefined ? undefined : attackNamed(name);
  if (found !== undefined) return found;
  const allowed = ATTACKS.map((attack) => attack.name).join(', ');
  throw usageFailure('ATTACK_UNKNOWN', `name an attack: ${allowed}`);
}

async function runOne(output: Output, name: string | undefined, flags: AttackFlags) {
  const { without = [], digits, tableCheck, maxCalls, runs, seed } = flags;
  const options = { effort: 'full' as const, digits, tableCheck, maxCalls, runs };
  const progress = (text: string) => output.progress(text);
  const setting = {
    mode: modeOf(flags, 'legacy'),
    without,
    now,
    progress,
    options,
    ...(seed === undefined ? {} : { seed }),
  };
  const report = await runAttack(named(name), setting);
  output.progressDone();
  output.document(report);
  tell(output, report);
  return EXIT.done;
}

function tell(output: Output, report: AttackReport): void {
  const { calls, figures, seconds } = report;
  const off = report.without.length === 0 ? '' : `, without ${report.without.join(', ')}`;
  output.line(styled('bold', `${report.attack}: ${report.title}`));
  output.line(`device      ${report.mode}${off}`);
  for (const step of report.steps) output.line(`did         ${step}`);
  const runs = calls.runs === 1 ? '' : ` on average, ${calls.max} at most, over ${calls.runs} runs`;
  const cost = calls.mean === 1 ? '1 call' : `${Number(calls.mean.toFixed(4))} calls`;
  output.line(`cost        ${cost}${runs}; ${seconds.toFixed(2)} s`);
  if (report.succeeded) {
    output.line(`obtained    ${report.obtained} (equals the laboratory's secret)`);
  }
  if (report.refusal !== null) {
    const by = report.refusedBy ?? 'the way the device is made';
    const { command, code } = report.refusal;
    output.line(`refused     by ${by} at call ${report.refusedAtCall} (${command}: ${code})`);
  }
  if (report.succeeded) {
    for (const [name, figure] of Object.entries(figures)) {
      output.line(`${(FIGURES[name] ?? name).padEnd(24)}${figure}`);
    }
    if (report.distribution !== null) showDistribution(output, report.distribution);
  } else output.line('obtained    nothing');
  if (report.note !== null) output.line(`note        ${report.note}`);
}

function showDistribution(output: Output, distribution: readonly number[]): void {
  const most = Math.max(...distribution);
  distribution.forEach((count, calls) => {
    if (count === 0) return;
    const bar = '█'.repeat(Math.max(1, Math.round((count / most) * 40)));
    output.line(`${String(calls).padStart(4)} calls ${String(count).padStart(6)} ${bar}`);
  });
}

async function runMatrix(output: Output, { out, runs: rsaKeys }: AttackFlags) {
  const started = now();
  const progress = (text: string) => output.progress(text);
  const matrix = await measureMatrix(ATTACKS, { now }, progress);
  const figures = await measureFigures(ATTACKS, { now, rsaKeys }, progress);
  output.progressDone();
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`;
  const date = new Date().toISOString().slice(0, 10);
  const document = { date, machine, matrix, figures };
  mkdirSync(out, { recursive: true });
  const files = {
    'attacks.md': matrixMarkdown(document),
    'attacks.json': `${JSON.stringify(document, null, 1)}\n`,
    'attacks.html': matrixHtml(document),
    'rules.md': rulesMarkdown(),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(out, name), text);
  const seconds = (now() - started) / 1000;
  output.document({ ...document, seconds, files: Object.keys(files).map((f) => join(out, f)) });
  for (const row of matrix.rows) {
    const by = row.unstopped ? 'NO RULE STOPS IT' : `held by ${row.refusedBy}`;
    output.line(`${row.attack.padEnd(34)}${by}`);
  }
  output.line(`rules whose absence lets nothing through: ${matrix.idleRules.join(', ') || 'none'}`);
  output.line(`written to ${out} in ${seconds.toFixed(0)} s: ${Object.keys(files).join(', ')}`);
  return EXIT.done;
}

/** The reference of rules alone: after a change of their table. */
function writeRules(output: Output, { out }: AttackFlags) {
  const file = join(out, 'rules.md');
  writeFileSync(file, rulesMarkdown());
  output.document({ files: [file] });
  output.line(`written to ${file}`);
  return EXIT.done;
}

function list(output: Output) {
  output.document({ items: ATTACKS.map(({ name, title, source }) => ({ name, title, source })) });
  for (const { name, title } of ATTACKS) output.line(`${name.padEnd(24)}${title}`);
  return EXIT.done;
}

export const attackCommand: Command = jsonCommand(
  'attack',
  'attack a device of its own, and say what it cost',
)
  .argument('[name]', 'the attack; see --list')
  .addOption(
    new Option(
      '--mode <mode>',
      'the device: legacy, or hardened where rules are switched off',
    ).choices(['legacy', 'hardened']),
  )
  .option('--without <rules>', 'rules switched off, by id or family', ruleNames)
  .option('--digits <n>', 'length of the PINs: 4, 5 or 6 (decimalisation-offset)', digitsOf)
  .option('--table-check', 'only tables with at least 8 distinct digits, none more than 4 times')
  .option('--max-calls <n>', 'bound of a search (rsa-padding)', wholeNumber(1, 10_000_000))
  .option('--runs <n>', 'how many keys (rsa-padding); 25 for --matrix', wholeNumber(1, 1000))
  .option('--seed <text>', 'another device with other customers')
  .option('--list', 'list the attacks')
  .option('--matrix', 'measure attacks against rules and write the reference')
  .option('--rules', 'write the reference of rules alone')
  .option('--out <folder>', 'where --matrix writes', DOCS)
  .action(
    act<AttackFlags, [string | undefined]>(({ output, options }, name) => {
      if (options.list) return list(output);
      if (options.rules) return writeRules(output, options);
      return options.matrix ? runMatrix(output, options) : runOne(output, name, options);
    }),
  );
