/** What an attack is: a story with its source, who carries it out, and a program over public commands. */
import type { Role } from '@pinfold/hsm';
import type { Attacker } from './attacker.js';
import type { Laboratory } from './laboratory.js';

export interface AttackOptions {
  /** Length of the PINs, where the attack has a choice. */
  readonly digits?: 4 | 5 | 6;
  /** Only tables with at least 8 distinct digits, none more than 4 times. */
  readonly tableCheck?: boolean;
  /** Small: enough to see whether it works. Full: the published figures. */
  readonly effort: 'small' | 'full';
  /** How many keys, where calls vary with the key. */
  readonly runs?: number;
  /** At most so many calls, for attacks that search. */
  readonly maxCalls?: number;
}

export interface Scene {
  readonly lab: Laboratory;
  readonly attacker: Attacker;
  readonly options: AttackOptions;
  /** Writes down what was done, for the reader. */
  readonly say: (step: string) => void;
  readonly progress: (text: string) => void;
}

export interface Outcome {
  /** What was obtained, in words. */
  readonly obtained: string;
  /** It equals the laboratory's secret. */
  readonly verified: boolean;
  /** Calls of each run, where there are several; one run otherwise. */
  readonly calls?: readonly number[];
  /** Part of the victims that fell, 0 to 1; 1 where nothing is said. */
  readonly share?: number;
  /** Figures worth keeping beside the calls. */
  readonly figures?: Readonly<Record<string, number | string>>;
  /** How many runs took how many calls: index is calls. */
  readonly distribution?: readonly number[];
}

export interface Attack {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  /** Identities that the attacker has; each command is called with the one that fits best. */
  readonly roles: readonly Role[];
  /** Where only a role stands in the way: who already has it. */
  readonly insider?: readonly Role[];
  /** What the result means and what it leaves out. */
  readonly note?: string;
  run(scene: Scene): Promise<Outcome>;
}

export const attack = (declared: Attack): Attack => declared;
