/** `npm run test:crash`: reads the options, runs, prints the figures, and how to repeat a failure. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { embeddedSystem } from './embedded.js';
import { planKills } from './kill-plan.js';
import { type RunReport, runCrashes } from './run.js';
import type { SystemUnderTest } from './system-under-test.js';

const USAGE =
  'npm run test:crash -- [--kills N] [--seed S] [--mode embedded|cluster] [--cards N] [--terminals N] [--json]';
const MODES = ['embedded', 'cluster'] as const;
const EXIT = { done: 0, failed: 1, usage: 2, environment: 3 } as const;

interface Options {
  readonly kills: number;
  readonly seed: number;
  readonly mode: (typeof MODES)[number];
  readonly cards: number;
  readonly terminals: number;
  readonly json: boolean;
}

/** Gives the exit code. */
export async function crashMain(argv: readonly string[], root: string): Promise<number> {
  const options = optionsOf(argv);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n${USAGE}\n`);
    return EXIT.usage;
  }
  const say = (line: string) => process.stderr.write(`${line}\n`);
  say(`seed ${options.seed}, ${options.kills} kills, ${options.mode}`);
  const dataDir = mkdtempSync(join(tmpdir(), 'pinfold-crash-'));
  const system = await systemOf(options, { root, dataDir, say });
  if (system === undefined) {
    rmSync(dataDir, { recursive: true, force: true });
    return EXIT.environment;
  }
  const plan = planKills({ ...options, targets: system.targets });
  try {
    const report = await runCrashes({ ...options, system, plan, say });
    if (options.json) process.stdout.write(`${JSON.stringify({ ...options, ...report })}\n`);
    else process.stdout.write(figures(report));
    if (report.problems.length === 0) {
      await system.remove();
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
      return EXIT.done;
    }
    writeFileSync(join(dataDir, 'crash-report.json'), JSON.stringify(report, null, 2));
    const { kills, seed, mode, cards, terminals } = options;
    say(`FAILED; the data folder is kept: ${dataDir}`);
    say(
      `repeat: npm run test:crash -- --mode ${mode} --kills ${kills} --seed ${seed} --cards ${cards} --terminals ${terminals}`,
    );
    return EXIT.failed;
  } finally {
    await system.remove();
  }
}

async function systemOf(
  { mode, cards, terminals }: Options,
  o: { root: string; dataDir: string; say: (line: string) => void },
): Promise<SystemUnderTest | undefined> {
  if (mode === 'embedded') return embeddedSystem({ ...o, cards, terminals });
  const { clusterSystem } = await import('./cluster.js');
  try {
    return await clusterSystem({ ...o, cards, terminals });
  } catch (error) {
    o.say(`no cluster here: ${(error as Error).message}`);
    return undefined;
  }
}

function optionsOf(argv: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        kills: { type: 'string', default: '20' },
        seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
        mode: { type: 'string', default: 'embedded' },
        cards: { type: 'string', default: '1000' },
        terminals: { type: 'string', default: '16' },
        json: { type: 'boolean', default: false },
      },
    });
    const mode = MODES.find((name) => name === values.mode);
    if (mode === undefined) return `--mode is ${MODES.join(' or ')}`;
    return {
      mode,
      json: values.json,
      kills: whole('kills', values.kills, 100_000),
      seed: whole('seed', values.seed, 2 ** 32 - 1),
      cards: whole('cards', values.cards, 1_998),
      terminals: whole('terminals', values.terminals, 1_000),
    };
  } catch (error) {
    return (error as Error).message;
  }
}

function whole(name: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new Error(`--${name} is a whole number from 1 to ${max}`);
}

function figures(report: RunReport): string {
  const { kills, orders, ended, problems } = report;
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  return [
    `kills            ${list(kills)}; ${report.killsDuringRecovery} of them during a start or a recovery`,
    `told customers   ${list(orders)}`,
    `in the journal   ${list(ended)}`,
    `cash             ${(report.dispensedMinor / 100).toFixed(2)} EUR out of the cassettes and out of the accounts`,
    `recovery         ${report.recoveryMaxMs} ms at most until customers were answered again; drain ${report.drainMs} ms`,
    ...(report.ownEnds > 0
      ? [`ended by itself  ${report.ownEnds} times, and was started again`]
      : []),
    `audit chains     ${list(Object.fromEntries(report.auditChains.map((c) => [c.institution, c.entries])))} entries`,
    `${problems.length === 0 ? 'clean' : `${problems.length} PROBLEMS`}: seed ${report.seed}, ${report.seconds.toFixed(0)} s`,
    '',
  ].join('\n');
}
