/**
 * The policy of a device: its mode, and which rules are in force. Modes differ in the token scheme
 * and in the rules; nothing else asks for the mode.
 */
import { InputError } from '@pinfold/crypto';
import { type Refusal, refusal } from '../outcome.js';
import { RULE_IDS, RULES, type Rule, type RuleFacts, type RuleId } from './rules.js';

export const MODES = ['hardened', 'legacy'] as const;
export type Mode = (typeof MODES)[number];

export interface PolicyOptions {
  /** Rules of hardened mode to switch off, one by one: by id, or by family (`M13`). */
  readonly without?: readonly string[];
  /** Lets a customer's own commands in; the device then says that it runs outside its approved set. */
  readonly plugIns?: boolean;
}

export class Policy {
  readonly mode: Mode;
  readonly plugIns: boolean;
  /** Which rules are in force: a plain record, so that the hot path reads a boolean. */
  readonly on: Readonly<Record<RuleId, boolean>>;
  readonly without: readonly RuleId[];

  /** @throws InputError RULE_UNKNOWN, MODE_UNKNOWN */
  constructor(mode: Mode, options: PolicyOptions = {}) {
    if (!MODES.includes(mode)) {
      throw new InputError('MODE_UNKNOWN', `mode must be ${MODES.join(' or ')}`);
    }
    this.mode = mode;
    this.plugIns = options.plugIns ?? false;
    this.without = (options.without ?? []).flatMap(rulesNamed);
    const off = new Set(this.without);
    this.on = Object.freeze(
      Object.fromEntries(RULE_IDS.map((id) => [id, mode === 'hardened' && !off.has(id)])),
    ) as Record<RuleId, boolean>;
  }

  /** The refusal of a rule that is in force and does not hold; undefined otherwise. */
  judge<R extends RuleId>(id: R, facts: RuleFacts<R>): Refusal | undefined {
    if (!this.on[id]) return undefined;
    const rule = RULES[id] as unknown as Rule<RuleFacts<R>>;
    return rule.holds(facts) ? undefined : refusal(rule.error, id);
  }
}

function rulesNamed(name: string): RuleId[] {
  const found = RULE_IDS.filter((id) => id === name || id.startsWith(`${name}.`));
  if (found.length === 0) {
    throw new InputError('RULE_UNKNOWN', 'a rule to switch off must be in the table of rules');
  }
  return found;
}
