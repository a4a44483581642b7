/**
 * Attacks against rules, by experiment. For every attack: is it refused with all rules on; does it go
 * through when one rule is off (then that rule alone stands in its way); does one rule hold it with all
 * others off; and which smallest sets of rules, switched off together, let it through.
 */
import { COMMANDS, type Role, RULE_IDS, RULES, type RuleId } from '@pinfold/hsm';
import type { Attack } from '../attack.js';
import { type AttackSetting, runAttack, works } from '../run-attack.js';

/** Searches for smallest sets end after so many nodes: no attack has come near. */
const MAX_NODES = 60;

export interface Cell {
  /** Off alone, it lets the attack through. */
  readonly necessary: boolean;
  /** On alone, with all others off, it holds the attack. */
  readonly sufficient: boolean;
  /** Part of a smallest set whose absence lets the attack through. */
  readonly member: boolean;
  /** The table of rules says that it stops this attack. */
  readonly claimed: boolean;
}

export interface MatrixRow {
  readonly attack: string;
  readonly title: string;
  readonly roles: readonly Role[];
  readonly legacy: boolean;
  /** Goes through with every rule in force. */
  readonly unstopped: boolean;
  readonly refusedBy: string | null;
  readonly refusedAtCall: number | null;
  /** The rule that meets a normal user who tries the same; null where none does. */
  readonly normalUser: string | null;
  readonly cells: Readonly<Partial<Record<RuleId, Cell>>>;
  readonly smallestSets: readonly (readonly string[])[];
  readonly runs: number;
}

export interface Matrix {
  readonly rules: readonly RuleId[];
  readonly rows: readonly MatrixRow[];
  /** Rules whose absence lets nothing through, alone or with others. */
  readonly idleRules: readonly RuleId[];
  readonly unstopped: readonly string[];
}

type Clock = Pick<AttackSetting, 'now'>;

export async function measureMatrix(
  attacks: readonly Attack[],
  clock: Clock,
  progress: (text: string) => void = () => undefined,
): Promise<Matrix> {
  const rows: MatrixRow[] = [];
  for (const attack of attacks) {
    progress(attack.name);
    rows.push(await measureRow(attack, clock));
    if (attack.insider !== undefined) {
      const [role = ''] = attack.insider;
      const insider = { ...attack, name: `${attack.name} (as ${role})`, roles: attack.insider };
      rows.push(await measureRow(insider, clock, attack.name));
    }
  }
  const busy = new Set<string>(rows.flatMap((row) => row.smallestSets.flat()));
  return {
    rules: RULE_IDS,
    rows,
    idleRules: RULE_IDS.filter((rule) => !busy.has(rule)),
    unstopped: rows.filter((row) => row.unstopped).map((row) => row.attack),
  };
}

export async function measureRow(
  attack: Attack,
  { now }: Clock,
  claimedAs: string = attack.name,
): Promise<MatrixRow> {
  const experiment = new Experiment(attack, now);
  const setting = { now, options: { effort: 'small' } } as const;
  const hardened = await runAttack(attack, { ...setting, mode: 'hardened' });
  const user = await runAttack(attack, { ...setting, mode: 'hardened', roles: ['production'] });
  const legacy = await runAttack(attack, { ...setting, mode: 'legacy' });
  const all = await experiment.relevant();
  const smallestSets = hardened.succeeded ? [] : await smallest(experiment, all);
  const cells: Partial<Record<RuleId, Cell>> = {};
  for (const rule of RULE_IDS) {
    const claimed = (RULES[rule].stops as readonly string[]).includes(claimedAs);
    const relevant = all.includes(rule) && !hardened.succeeded;
    const necessary = relevant && (await experiment.through([rule]));
    const others = all.filter((other) => other !== rule);
    const sufficient = relevant && !(await experiment.through(others));
    const member = smallestSets.some((set) => set.includes(rule));
    if (claimed || necessary || sufficient || member) {
      cells[rule] = { claimed, necessary, sufficient, member };
    }
  }
  return {
    attack: attack.name,
    title: attack.title,
    roles: attack.roles,
    legacy: legacy.succeeded,
    unstopped: hardened.succeeded,
    refusedBy: hardened.refusedBy,
    refusedAtCall: hardened.refusedAtCall,
    normalUser: user.refusedBy,
    cells,
    smallestSets,
    runs: experiment.runs,
  };
}

/** Runs of one attack with rules off, each setting once. */
class Experiment {
  runs = 0;
  readonly #attack: Attack;
  readonly #now: () => number;
  readonly #known = new Map<string, boolean>();
  readonly #rules = new Set<RuleId>(['M17.roles', 'M17.dual-control', 'M17.no-plug-ins']);

  constructor(attack: Attack, now: () => number) {
    this.#attack = attack;
    this.#now = now;
  }

  async through(off: readonly RuleId[]): Promise<boolean> {
    const name = [...off].sort().join(' ');
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    this.runs += 1;
    const run = await works(this.#attack, { mode: 'hardened', without: off, now: this.#now });
    for (const command of run.used) {
      for (const rule of COMMANDS[command].rules) this.#rules.add(rule);
    }
    this.#known.set(name, run.ok);
    return run.ok;
  }

  /** Rules that any command of any path consults: the others cannot make a difference. */
  async relevant(): Promise<RuleId[]> {
    await this.through([]);
    await this.through(RULE_IDS);
    for (let before = -1; before !== this.#rules.size; ) {
      before = this.#rules.size;
      for (const rule of [...this.#rules]) {
        await this.through(RULE_IDS.filter((other) => other !== rule));
      }
    }
    // Making an RSA key consults this one while the scene is set.
    if (this.#attack.name.startsWith('rsa')) this.#rules.add('M16.long-modulus');
    return RULE_IDS.filter((rule) => this.#rules.has(rule));
  }
}

/**
 * Smallest sets whose absence lets the attack through: one is found by taking away what is not needed;
 * every other one lacks a member of it, so each member is kept in force in turn (Reiter 1987).
 */
async function smallest(experiment: Experiment, all: readonly RuleId[]): Promise<RuleId[][]> {
  const found: RuleId[][] = [];
  const queue: RuleId[][] = [[]];
  const seen = new Set<string>();
  for (let node = 0; queue.length > 0 && node < MAX_NODES; node++) {
    const kept = queue.shift()!;
    let set = all.filter((rule) => !kept.includes(rule));
    if (!(await experiment.through(set))) continue;
    for (const rule of [...set]) {
      const fewer = set.filter((other) => other !== rule);
      if (await experiment.through(fewer)) set = fewer;
    }
    if (!found.some((one) => one.join() === set.join())) found.push(set);
    for (const rule of set) {
      const next = [...kept, rule].sort();
      if (!seen.has(next.join())) queue.push(next);
      seen.add(next.join());
    }
  }
  return found.sort((a, b) => a.length - b.length);
}
