/**
 * Runs one attack against a device of its own and reports: what was done, what it cost, what it
 * obtained, and which rule refused it. Where a refusal does not name its rule (tokens and key blocks
 * are refused with one answer, on purpose), the laboratory finds the rule by running the attack again
 * without each rule that the refusing command consults.
 */
import { COMMANDS, type CommandName, type Mode, type Role, RULES, type RuleId } from '@pinfold/hsm';
import type { Attack, AttackOptions, Outcome } from './attack.js';
import { Attacker, type Refusal, Stopped } from './attacker.js';
import { Laboratory } from './laboratory.js';

export interface AttackSetting {
  readonly mode: Mode;
  readonly without?: readonly string[];
  /** Identities instead of those of the story. */
  readonly roles?: readonly Role[];
  readonly seed?: string;
  readonly options?: Partial<AttackOptions>;
  /** Milliseconds; for `seconds`. */
  readonly now: () => number;
  readonly progress?: (text: string) => void;
}

export interface AttackReport {
  readonly attack: string;
  readonly title: string;
  readonly mode: Mode;
  readonly without: readonly string[];
  readonly roles: readonly Role[];
  readonly succeeded: boolean;
  readonly verified: boolean;
  readonly calls: { readonly mean: number; readonly max: number; readonly runs: number };
  readonly refusedBy: string | null;
  readonly refusedAtCall: number | null;
  readonly refusal: { readonly command: string; readonly code: string } | null;
  readonly seconds: number;
  readonly steps: readonly string[];
  readonly obtained: string | null;
  /** Part of the victims that fell. */
  readonly share: number;
  readonly figures: Readonly<Record<string, number | string>>;
  readonly distribution: readonly number[] | null;
  readonly note: string | null;
}

/** What came of a run, before anybody asks which rule it was. */
interface Run {
  readonly outcome: Outcome | undefined;
  readonly refusal: Refusal | undefined;
  readonly calls: number;
  readonly steps: readonly string[];
  readonly used: ReadonlySet<CommandName>;
}

/** The attacker is one person; a custodian's name stands in the shares. */
function nameOf(role: Role): string {
  return role === 'custodian' ? role : 'attacker';
}

async function runOnce(attack: Attack, setting: AttackSetting): Promise<Run> {
  const lab = new Laboratory(setting);
  const roles = setting.roles ?? attack.roles;
  const attacker = new Attacker(roles, (role) => lab.client(role, nameOf(role)));
  const steps: string[] = [];
  const scene = {
    lab,
    attacker,
    options: { effort: 'full', ...setting.options } as const,
    say: (step: string) => steps.push(step),
    progress: setting.progress ?? (() => undefined),
  };
  try {
    const outcome = await attack.run(scene);
    return {
      outcome,
      refusal: attacker.refusals[0],
      calls: attacker.calls,
      steps,
      used: attacker.used,
    };
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    const { refusal } = error;
    return { outcome: undefined, refusal, calls: refusal.call, steps, used: attacker.used };
  }
}

export async function runAttack(attack: Attack, setting: AttackSetting): Promise<AttackReport> {
  const started = setting.now();
  const { outcome, refusal, calls, steps } = await runOnce(attack, setting);
  const verified = outcome?.verified ?? false;
  const seconds = (setting.now() - started) / 1000;
  const held = verified && (outcome?.share ?? 1) === 1 ? undefined : refusal;
  const each = outcome?.calls?.length ? outcome.calls : [calls];
  return {
    attack: attack.name,
    title: attack.title,
    mode: setting.mode,
    without: setting.without ?? [],
    roles: setting.roles ?? attack.roles,
    succeeded: verified,
    verified,
    calls: {
      mean: each.reduce((a, b) => a + b, 0) / each.length,
      max: Math.max(...each),
      runs: each.length,
    },
    refusedBy: held === undefined ? null : await ruleBehind(attack, setting, held),
    refusedAtCall: held?.call ?? null,
    refusal: held === undefined ? null : { command: held.command, code: held.code },
    seconds,
    steps,
    obtained: verified ? (outcome?.obtained ?? null) : null,
    share: verified ? (outcome?.share ?? 1) : 0,
    figures: outcome?.figures ?? {},
    distribution: outcome?.distribution ?? null,
    note: attack.note ?? null,
  };
}

/** Whether the attack works in that setting: nothing else is asked. */
export async function works(
  attack: Attack,
  setting: AttackSetting,
): Promise<Run & { ok: boolean }> {
  const run = await runOnce(attack, { ...setting, options: { effort: 'small' } });
  return { ...run, ok: run.outcome?.verified ?? false };
}

/** The rule that refused: as the answer says, or the one without which the refusal goes away. */
export async function ruleBehind(
  attack: Attack,
  setting: AttackSetting,
  refusal: Refusal,
): Promise<string | null> {
  if (refusal.rule !== undefined) return refusal.rule;
  if (setting.mode === 'legacy') return null;
  const off = setting.without ?? [];
  // With little effort, as the runs that it is compared with.
  const first = (await works(attack, setting)).refusal;
  const consulted: readonly RuleId[] = COMMANDS[refusal.command].rules;
  for (const rule of consulted.filter((id) => !off.includes(id) && id in RULES)) {
    const again = await works(attack, { ...setting, without: [...off, rule] });
    if (goneIn(again, first)) return rule;
  }
  return null;
}

/** Whether the refusal went away: an answer that tells nothing must tell something, or come later. */
function goneIn(again: Run & { ok: boolean }, first: Refusal | undefined): boolean {
  const { refusal } = again;
  if (again.ok || refusal === undefined || refusal.call > (first?.call ?? 0)) return true;
  return first?.code !== 'NOTHING_LEARNT' && refusal.code !== first?.code;
}
