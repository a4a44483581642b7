/**
 * Analyses a model under a policy: a leak with its trace, replayed on the byte device; safe, where a
 * fixed point was reached without a goal; or bounded, where a bound was met first.
 */
import type { Mode } from '@pinfold/hsm';
import { type Goal, MODELS, type Model, policyOf, ROLES } from './model.js';
import { replay } from './replay.js';
import { type Bounds, type Saturation, type Step, saturate, textOf } from './saturate.js';
import { TermTable } from './symbols.js';

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
  for (const goal of goals.filter(({ text }) => saturation.facts.has(text))) {
    const steps = stepsTo(saturation, goal);
    const replayed = await replay(model, {
      mode: setting.mode,
      without,
      begin,
      steps,
      goal: goal.text,
    });
    leaks.push({ goal: goal.title, trace: steps.map(shown), replayed });
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

/** The steps that a goal needs, each once, in an order in which they can be done. */
function stepsTo({ facts }: Saturation, goal: Goal): Step[] {
  const steps: Step[] = [];
  const seen = new Set<string>();
  const visit = (text: string): void => {
    if (seen.has(text)) return;
    seen.add(text);
    const step = facts.get(text)?.step;
    if (step === undefined) return;
    for (const need of step.needs) visit(need);
    if (!steps.includes(step)) steps.push(step);
  };
  visit(goal.text);
  return steps;
}

function shown({ command, input, output }: Step): TraceStep {
  return { command, input: textOf(input), output: textOf(output) };
}
