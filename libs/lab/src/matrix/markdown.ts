/** The matrix as Markdown: docs/reference/attacks.md. */

import { RULES } from '@pinfold/hsm';
import type { AttackReport } from '../run-attack.js';
import type { Matrix, MatrixRow } from './measure.js';
import { CELLS, kindOf } from './words.js';

export interface MatrixDocument {
  /** ISO 8601 date. */
  readonly date: string;
  readonly machine: string;
  readonly matrix: Matrix;
  readonly figures: readonly AttackReport[];
}

const short = (text: string): string => text.replaceAll('|', '\\|');

export function matrixMarkdown({ date, machine, matrix, figures }: MatrixDocument): string {
  return [
    '# Attacks and rules',
    '',
    `Written by \`npx pinfold attack --matrix\` on ${date} (${machine}). Do not edit. The picture is [attacks.html](attacks.html), the data [attacks.json](attacks.json); the rules are in [rules.md](rules.md).`,
    '',
    '## What each attack costs on the legacy device',
    '',
    'Every result was compared with the secret that the laboratory holds. `calls` counts device calls of one run.',
    '',
    '| attack | what it does | calls, mean | max | runs | obtained | published |',
    '|---|---|---:|---:|---:|---|---|',
    ...figures.map(figureRow),
    '',
    ...notes(figures),
    '## The hardened device refuses each',
    '',
    '`at call`: the first refusal. Attackers have the roles that the story needs; the last column is what a normal user meets.',
    '',
    '| attack | attacker | refused by | at call | a normal user is refused by |',
    '|---|---|---|---:|---|',
    ...matrix.rows.map(refusalRow),
    '',
    '## Each rule off in turn',
    '',
    ...Object.values(CELLS).map(({ sign, says }) => `- ${sign} ${says}`),
    '',
    `| rule | ${matrix.rows.map(({ attack }) => attack).join(' | ')} |`,
    `|---|${matrix.rows.map(() => ':-:').join('|')}|`,
    ...matrix.rules.map((rule) => {
      const signs = matrix.rows.map((row) => {
        const kind = kindOf(row.cells[rule]);
        return kind === undefined ? '' : CELLS[kind].sign;
      });
      return `| ${rule} | ${signs.join(' | ')} |`;
    }),
    '',
    '## Smallest sets of rules whose absence lets an attack through',
    '',
    ...matrix.rows.flatMap(({ attack, smallestSets }) =>
      smallestSets.map((set) => `- ${attack}: ${set.join(' + ')}`),
    ),
    '',
    '## What the experiments leave open',
    '',
    ...(matrix.idleRules.length === 0
      ? ['Every rule is needed: its absence, alone or with others, lets an attack through.']
      : [
          'Rules whose absence lets none of these attacks through, and why they are there:',
          '',
          ...matrix.idleRules.map(
            (rule) => `- ${rule}: ${RULES[rule].behind ?? 'no reason given'}.`,
          ),
        ]),
    '',
    `Attacks that no rule stops: ${listed(matrix.unstopped)}.${matrix.unstopped.length === 0 ? '' : ' See [threats.md](../threats.md).'}`,
    '',
  ].join('\n');
}

/** The attack with the setting that it was measured in. */
export function detailsOf({ attack, figures, calls }: AttackReport): string {
  const details = [
    figures.digits === undefined ? '' : `${figures.digits} digits`,
    figures.tableCheck === undefined || figures.tableCheck === 'none' ? '' : 'with table check',
    figures.bits === undefined ? '' : `${figures.bits} bits, ${calls.runs} keys`,
  ].filter(Boolean);
  return details.length === 0 ? attack : `${attack} (${details.join(', ')})`;
}

function figureRow(report: AttackReport): string {
  const { title, calls, obtained, figures, succeeded } = report;
  const published = figures.publishedMean ?? figures.published ?? '';
  const got = succeeded ? (obtained ?? '') : 'not within the bound of calls';
  return `| ${detailsOf(report)} | ${short(title)} | ${round(calls.mean)} | ${calls.max} | ${calls.runs} | ${short(got)} | ${published} |`;
}

function notes(figures: readonly AttackReport[]): string[] {
  const lines = figures.flatMap(({ attack, note, figures: own }) => [
    ...(note === null ? [] : [`- ${attack}: ${note}.`]),
    ...(typeof own.median === 'number'
      ? [
          `- ${attack}: median ${own.median}, quartiles ${own.lowerQuartile} and ${own.upperQuartile}, least ${own.least}; published median ${own.publishedMedian}.`,
        ]
      : []),
  ]);
  return [...new Set(lines), ''];
}

function refusalRow(row: MatrixRow): string {
  const by = row.unstopped ? '**no rule**' : (row.refusedBy ?? 'no single rule');
  const user = row.normalUser ?? (row.unstopped ? '**no rule**' : 'no single rule');
  return `| ${row.attack} | ${row.roles.join(', ')} | ${by} | ${row.refusedAtCall ?? ''} | ${user} |`;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}

function round(value: number): string {
  return String(Math.round(value * 10_000) / 10_000);
}
