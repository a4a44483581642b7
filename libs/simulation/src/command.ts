/**
 * `npm run sim -- --seeds N [--seed S] [--json] [--log]`: runs seeds S, S+1, … and says which break.
 * Exit code 0: all hold; 1: some do not; 2: wrong usage.
 */
import { parseArgs } from 'node:util';
import { type RunResult, run } from './run.js';

const DEFAULT_SEEDS = 100;
/** Seeds shown one by one; the rest are counted. */
const SHOWN = 10;

interface Wanted {
  readonly seeds: number;
  readonly first: number;
  readonly json: boolean;
  readonly log: boolean;
}

const USAGE = 'usage: sim [--seeds N] [--seed S] [--json] [--log]; N and S are whole numbers';

function readArguments(args: readonly string[]): Wanted | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seeds: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'boolean', default: false },
        log: { type: 'boolean', default: false },
      },
    });
    const whole = (text: string) => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN);
    const first = whole(values.seed ?? '1');
    const seeds = whole(values.seeds ?? (values.seed === undefined ? `${DEFAULT_SEEDS}` : '1'));
    if (!(seeds >= 1) || Number.isNaN(first)) return undefined;
    return { seeds, first, json: values.json, log: values.log };
  } catch {
    return undefined;
  }
}

export async function simulate(args: readonly string[]): Promise<number> {
  const wanted = readArguments(args);
  if (wanted === undefined) {
    console.error(USAGE);
    return 2;
  }
  const started = performance.now();
  const broken: RunResult[] = [];
  let asked = 0;
  for (let seed = wanted.first; seed < wanted.first + wanted.seeds; seed++) {
    const result = await run({ seed, keepLog: wanted.log });
    asked += result.asked;
    if (result.violations.length > 0) broken.push(result);
    if (wanted.log && !wanted.json) console.log(result.log.join('\n'));
    if (wanted.seeds === 1 && !wanted.json) console.log(`seed ${seed}: log ${result.hash}`);
  }
  const seconds = (performance.now() - started) / 1_000;
  const summary = {
    seeds: wanted.seeds,
    first: wanted.first,
    withdrawals: asked,
    broken: broken.map(({ seed, violations, hash }) => ({ seed, violations, hash })),
    seconds: Number(seconds.toFixed(2)),
    seedsPerSecond: Number((wanted.seeds / seconds).toFixed(1)),
  };
  if (wanted.json) console.log(JSON.stringify(summary));
  else report(summary);
  return broken.length === 0 ? 0 : 1;
}

function report(summary: {
  seeds: number;
  first: number;
  withdrawals: number;
  broken: { seed: number; violations: RunResult['violations'] }[];
  seconds: number;
  seedsPerSecond: number;
}): void {
  for (const { seed, violations } of summary.broken.slice(0, SHOWN)) {
    console.log(`seed ${seed} is broken; again with --seed ${seed} --log`);
    for (const { kind, rrn = '', detail = '' } of violations) {
      console.log(`  ${kind} ${rrn} ${detail}`);
    }
  }
  const { seeds, first, withdrawals, broken, seconds, seedsPerSecond } = summary;
  console.log(
    `${seeds} seeds from ${first}, ${withdrawals} withdrawals: ${seeds - broken.length} held, ` +
      `${broken.length} broken; ${seconds} s, ${seedsPerSecond} seeds/s`,
  );
}
