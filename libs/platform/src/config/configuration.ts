/** The environment, checked once at start against the table of variables. */
import type { z } from 'zod';
import { UsageError } from '../process/exit-codes.js';
import { VARIABLES, type Variable, type VariableKey } from './variables.js';

type ValueOf<K extends VariableKey> = z.output<(typeof VARIABLES)[K]['schema']>;
/** Variables without a default are null when absent. */
export type Configuration = {
  readonly [K in VariableKey]: (typeof VARIABLES)[K]['default'] extends string
    ? ValueOf<K>
    : ValueOf<K> | null;
};

/** A variable that is unknown or has a value that is not allowed; the message is one line. */
export class ConfigurationError extends UsageError {
  override readonly name = 'ConfigurationError';
  readonly code = 'CONFIGURATION';
  constructor(
    readonly variable: string,
    problem: string,
  ) {
    super(`${variable} ${problem}`);
  }
}

const ROWS = Object.entries(VARIABLES) as unknown as readonly [VariableKey, Variable][];

/**
 * The checked configuration. An empty variable counts as absent. Throws ConfigurationError for the
 * first unknown `PINFOLD_` name, then for the first bad value in the order of the table.
 */
export function loadConfiguration(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Configuration {
  const known = new Set(ROWS.map(([, row]) => row.name));
  const unknown = Object.keys(env)
    .filter((name) => /^PINFOLD_/i.test(name) && !known.has(name))
    .sort()[0];
  if (unknown !== undefined) throw new ConfigurationError(unknown, unknownProblem(unknown, known));
  return Object.fromEntries(
    ROWS.map(([key, row]) => [key, parseVariable(row, env[row.name])]),
  ) as unknown as Configuration;
}

function parseVariable(row: Variable, given: string | undefined): unknown {
  const text = given === undefined || given === '' ? row.default : given;
  if (text === null) return null;
  const parsed = row.schema.safeParse(text);
  if (parsed.success) return parsed.data;
  const shown = row.secret === true ? 'has a value that is not allowed' : `is ${quote(text)}`;
  throw new ConfigurationError(row.name, `${shown}; allowed is ${row.allowed}`);
}

/** Quoted, on one line, cut: a value in the wrong variable may be long. */
function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

function unknownProblem(name: string, known: ReadonlySet<string>): string {
  const near = [...known]
    .map((candidate) => ({ candidate, distance: editDistance(name.toUpperCase(), candidate) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return near !== undefined && near.distance <= 3
    ? `is not known; did you mean ${near.candidate}?`
    : `is not known; known are ${[...known].filter((other) => other.startsWith('PINFOLD_')).join(', ')}`;
}

/** Levenshtein; names longer than 64 are cut. */
function editDistance(left: string, right: string): number {
  const [a, b] = [left.slice(0, 64), right.slice(0, 64)];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** The table as Markdown, for docs/operations.md. */
export function variablesAsMarkdown(): string {
  const rows = ROWS.map(([, row]) => {
    const fallback = row.default === null ? (row.absent ?? '') : `\`${row.default}\``;
    return `| \`${row.name}\` | ${row.about} | ${row.allowed} | ${fallback} |`;
  });
  return ['| variable | what | allowed | default |', '|---|---|---|---|', ...rows].join('\n');
}

/** Name and value of every variable as `status` and `doctor` show it: secrets masked. */
export function describeConfiguration(
  env: Readonly<Record<string, string | undefined>> = process.env,
): { name: string; value: string; source: 'environment' | 'default' }[] {
  return ROWS.map(([, row]) => {
    const given = env[row.name];
    const source = given === undefined || given === '' ? 'default' : 'environment';
    const plain = source === 'default' ? (row.default ?? row.absent ?? '') : (given as string);
    return {
      name: row.name,
      value: row.secret && source === 'environment' ? '***' : plain,
      source,
    };
  });
}
