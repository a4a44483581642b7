/**
 * Analyses a model under a policy: a leak with its trace, replayed on the byte device; safe, where a
 * fixed point was reached without a goal; or bounded, where a bound was met first.
 */
import { commandNamed, type Mode } from '@pinfold/hsm';
import { MODELS, type Model, policyOf, ROLES } from './model.js';
import { replay } from './replay.js';
import { type Bounds, type Saturation, saturate, textOf } from './saturate.js';
import type { Step } from './step.js';
import { CHECK_VALUE, TermTable } from './symbols.js';

export interface AnalyseSetting {
  readonly mode: Mode;
  readonly without?: readonly string[];
  readonly bounds?: Bounds;
  readonly now: () => number;
}

export interface TraceStep {
  readonly command: string;
  readonly input: string;
  readonly output: string;
}

export interface FoundLeak {
  readonly goal: string;
  readonly trace: readonly TraceStep[];
  readonly replayed: boolean;
}

export interface AnalysisReport {
  readonly model: string;
  readonly mode: Mode;
  readonly without: readonly string[];
  readonly result: 'leak' | 'safe' | 'bounded';
  readonly facts: number;
  readonly rounds: number;
  readonly seconds: number;
  /** Of the first leak. */
  readonly trace: readonly TraceStep[];
  /** All leaks were replayed on the byte device, and gave the secret. */
  readonly replayed: boolean;
  readonly leaks: readonly FoundLeak[];
  /** The bound that was met, where one was. */
  readonly bound: string | null;
}

export function modelNamed(name: string): Model | undefined {
  return MODELS.find((model) => model.name === name);
}

export async function analyse(model: Model, setting: AnalyseSetting): Promise<AnalysisReport> {
  const started = setting.now();
  const without = setting.without ?? [];
  const policy = policyOf(setting.mode, { without });
  const table = new TermTable();
  const begin = model.begin(table, policy);
  const goals = model.goals(table);
  const saturation = saturate({
    table,
    policy,
    commands: model.commands,
    roles: ROLES,
    known: begin,
    ownCustodian: policy.mode === 'hardened',
    goals: goals.map(({ text }) => text),
    ...(setting.bounds === undefined ? {} : { bounds: setting.bounds }),
  });
  const seconds = (setting.now() - started) / 1000;
  const leaks: FoundLeak[] = [];
  for (const { title, text } of goals) {
    const ways = (saturation.ways.get(text) ?? []).map((last) => stepsTo(saturation, last));
    // The old module's own ways come first: those of the literature.
    ways.sort((a, b) => Number(isHistorical(b)) - Number(isHistorical(a)));
    const found: FoundLeak[] = [];
    for (const steps of ways) {
      const asked = { mode: setting.mode, without, begin, steps, goal: text };
      const replayed = await replay(model, asked);
      found.push({ goal: title, trace: steps.map(shown), replayed });
    }
    // The model allows more than the device: a way that the device refuses is worth telling only alone.
    const real = found.filter(({ replayed }) => replayed);
    leaks.push(...(real.length > 0 ? real : found));
  }
  return {
    model: model.name,
    mode: setting.mode,
    without,
    result: leaks.length > 0 ? 'leak' : saturation.bound === undefined ? 'safe' : 'bounded',
    facts: saturation.facts.size,
    rounds: saturation.rounds,
    seconds,
    trace: leaks[0]?.trace ?? [],
    replayed: leaks.length > 0 && leaks.every((leak) => leak.replayed),
    leaks,
    bound: saturation.bound ?? null,
  };
}

/** The steps that a last step needs, each once, in an order in which they can be done. */
function stepsTo({ facts }: Saturation, last: Step): Step[] {
  const steps: Step[] = [];
  const seen = new Set<string>();
  const add = (step: Step): void => {
    for (const need of step.needs) visit(need);
    if (!steps.includes(step)) steps.push(step);
  };
  const visit = (text: string): void => {
    if (seen.has(text)) return;
    seen.add(text);
    const step = facts.get(text)?.step;
    if (step !== undefined) add(step);
  };
  add(last);
  return steps;
}

function isHistorical(steps: readonly Step[]): boolean {
  return steps.every(({ command }) => commandNamed(command)?.source.startsWith('VSM') ?? false);
}

/** Check values that reveal nothing are left out. */
function shown({ command, input, output }: Step): TraceStep {
  const told = Object.entries(output).filter(([, value]) => value !== CHECK_VALUE);
  return { command, input: textOf(input), output: textOf(Object.fromEntries(told)) };
}
