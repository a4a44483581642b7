/** Holds docs/reference/rules.md to the table of rules, and the table to what the matrix measured. */
import { readFileSync } from 'node:fs';
import { RULE_IDS, RULES, type RuleId } from '@pinfold/hsm';
import type { Matrix } from './matrix/measure.js';
import { kindOf } from './matrix/words.js';
import { rulesMarkdown } from './rules-page.js';

const reference = new URL('../../../docs/reference/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, reference), 'utf8');

describe('the table of rules', () => {
  it('is what docs/reference/rules.md says (npx pinfold attack --rules writes it)', () => {
    expect(read('rules.md')).toBe(rulesMarkdown());
  });

  it.each(RULE_IDS)('%s names the attacks that it was measured to hold', (rule) => {
    const { matrix } = JSON.parse(read('attacks.json')) as { readonly matrix: Matrix };
    expect([...RULES[rule].stops].sort()).toEqual(measured(matrix, rule));
  });

  it.each(RULE_IDS.filter((rule) => RULES[rule].stops.length === 0))(
    '%s holds no attack, and says why it is there',
    (rule) => {
      expect(RULES[rule].behind).toBeDefined();
    },
  );
});

/** Attacks that the rule stops, alone or with others; insiders count with their attack. */
function measured({ rows }: Matrix, rule: RuleId): string[] {
  const held = rows.filter(({ cells }) => (kindOf(cells[rule]) ?? 'claimed') !== 'claimed');
  return [...new Set(held.map(({ attack }) => attack.replace(/ \(.*/, '')))].sort();
}
