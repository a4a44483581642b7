/** The table of rules as Markdown: docs/reference/rules.md. A test holds the page to the table. */
import { RULES, type Rule } from '@pinfold/hsm';

export function rulesMarkdown(): string {
  const rows = Object.entries(RULES as unknown as Record<string, Rule<never>>);
  return [
    '# Rules of hardened mode',
    '',
    'Generated from the table that the device reads (`libs/hsm/src/policy/rules.ts`). Do not edit. Each rule can be switched off alone (`--without`); `holds` names the attacks that go through without it, alone or with others, as measured in [attacks.md](attacks.md). Legacy mode has none of them.',
    '',
    '| rule | refuses | error | source | holds |',
    '|---|---|---|---|---|',
    ...rows.map(
      ([id, { refuses, error, source, stops, behind }]) =>
        `| ${id} | ${refuses} | \`${error}\` | ${source} | ${stops.join(', ') || `none: ${behind}`} |`,
    ),
    '',
  ].join('\n');
}
